-- A new epoch after a loss of data, and the end of what has ended.
local function live() return call("ZCARD", MEMBERS) + 0 end

local function counts()
  local members = call("ZCARD", MEMBERS)
  local circuits = call("HLEN", CIRCUITS)
  local overrides = call("HLEN", OVERRIDES)
  return members, circuits, overrides
end

local function begin_epoch()
  local fresh = max(now + tonumber(ARGV[8]), 1)
  epoch = fresh == epoch and fresh + 1 or fresh
  born, seq, told = now, next_number(seq), 0
  local names, circuits = load_all()
  for _, name in ipairs(names) do
    local circuit = circuits[name]
    if circuit.s == "voting" then
      drop(name)
    elseif circuit.s == "open" then
      circuit.v = {}
      save(name, circuit)
    end
  end
end

-- Returns whether the circuit has to be kept, and whether anything in it changed.
local function tidy(circuit)
  local changed, kept = false, false
  local function limit(of, field, latest)
    if of[field] > latest then of[field], changed = latest, true end
  end
  if circuit.s == "voting" then
    for who, vote in pairs(circuit.v) do
      if vote.x <= now then
        circuit.v[who], changed, quiet = nil, true, true
      else
        limit(vote, "x", now + ttl)
        limit(vote, "u", now + vote.p)
        kept = true
      end
    end
    return kept, changed
  end
  if circuit.s == "closed" then
    limit(circuit, "u", now)
    return now < circuit.u + 60 * SECOND, changed
  end
  limit(circuit, "u", now + circuit.p)
  if circuit.l then limit(circuit.l, "u", now + circuit.l.t) end
  return true, changed
end

local function sweep()
  swept, tidied, horizon = now, true, now
  local names, circuits = load_all()
  for _, name in ipairs(names) do
    local kept, changed = tidy(circuits[name])
    horizon = max(horizon, circuits[name].u or 0)
    if not kept then
      drop(name)
      quiet = true
    elseif changed then
      save(name, circuits[name])
    end
  end
  local all = call("HGETALL", OVERRIDES)
  for i = 1, #all, 2 do
    local force = load_force(all[i], all[i + 1])
    local ended = force and force.u and force.u <= now
    if ended and force.k == "cleared" then
      call("HDEL", OVERRIDES, all[i])
      quiet = true
    elseif ended then
      -- A tombstone, so that nobody who has missed it brings back what it replaced.
      force.k, force.u = "cleared", now + DAY
      save_force(all[i], force)
    end
  end
end
