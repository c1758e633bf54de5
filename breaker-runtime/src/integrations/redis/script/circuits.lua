-- The circuits that are not calm, in one hash.
--
-- Circuits: s phase, g generation, z last number given, n votes needed, by. Voting: v votes by member. Open: u until,
-- p period, r row, w why, v voters, l lease. Closed: u since, w why.
local function read_votes(stored)
  local votes = {}
  for who, vote in pairs(stored) do
    if not str(who) or type(vote) ~= "table" then return nil end
    local u, p, r, w, x = number(vote[1]), number(vote[2]), number(vote[3]), str(vote[4]), number(vote[5])
    if not (u and p and r and w and x) then return nil end
    votes[who] = { u = u, p = p, r = r, w = w, x = x }
  end
  return votes
end

local function read_opening(circuit, stored)
  circuit.p, circuit.r, circuit.v = number(stored.p), number(stored.r), {}
  for _, who in ipairs(stored.v) do
    if not str(who) then return nil end
    circuit.v[#circuit.v + 1] = who
  end
  if type(stored.l) == "table" then
    local i, by, u, t = number(stored.l[1]), str(stored.l[2]), number(stored.l[3]), number(stored.l[4])
    if not (i and by and u and t) then return nil end
    circuit.l = { i = i, by = by, u = u, t = t }
  end
  return circuit.p and circuit.r and circuit
end

local function read_circuit(raw)
  local valid, stored = pcall(cjson.decode, raw)
  if not valid or type(stored) ~= "table" then return nil end
  local circuit = { s = stored.s, g = number(stored.g), z = number(stored.z), n = number(stored.n), by = str(stored.by) }
  if not (circuit.g and circuit.z and circuit.n and circuit.by) then return nil end
  if circuit.s == "voting" then
    circuit.v = type(stored.v) == "table" and read_votes(stored.v)
    return circuit.v and circuit
  end
  circuit.u, circuit.w = number(stored.u), str(stored.w)
  if not (circuit.u and circuit.w) then return nil end
  if circuit.s == "closed" then return circuit end
  if circuit.s == "open" and type(stored.v) == "table" then return read_opening(circuit, stored) end
end

local function load(name, raw)
  raw = raw or call("HGET", CIRCUITS, name)
  local circuit = raw and read_circuit(raw)
  if raw and not (circuit and is_name(name)) then
    ignored = ignored + 1
    call("HDEL", CIRCUITS, name)
    return nil
  end
  return circuit
end

local function drop(name) call("HDEL", CIRCUITS, name) end

local function save(name, circuit)
  local stored = { s = circuit.s, g = text(circuit.g), z = text(circuit.z), n = text(circuit.n), by = circuit.by }
  if circuit.s == "voting" then
    stored.v = {}
    for who, vote in pairs(circuit.v) do
      stored.v[who] = { text(vote.u), text(vote.p), text(vote.r), vote.w, text(vote.x) }
    end
  else
    stored.u, stored.w = text(circuit.u), circuit.w
    horizon = max(horizon, circuit.u)
  end
  if circuit.s == "open" then
    stored.p, stored.r, stored.v = text(circuit.p), text(circuit.r), circuit.v
    local lease = circuit.l
    stored.l = lease and { text(lease.i), lease.by, text(lease.u), text(lease.t) }
  end
  call("HSET", CIRCUITS, name, cjson.encode(stored))
end

-- Returns the names of all circuits in order, and the circuits.
local function load_all()
  local names, circuits = {}, {}
  local all = call("HGETALL", CIRCUITS)
  for i = 1, #all, 2 do
    local circuit = load(all[i], all[i + 1])
    if circuit then
      names[#names + 1] = all[i]
      circuits[all[i]] = circuit
    end
  end
  table.sort(names, before)
  return names, circuits
end

-- Begins a generation. What the phase does not have is removed.
local function begin(name, circuit, phase, fields)
  local last = next_number(circuit.z)
  fields.s, fields.g, fields.z, fields.by, fields.n = phase, last, last, member, circuit.n
  save(name, fields)
  note(name)
  return last
end

local function new_circuit(generation) return { s = "voting", g = generation, z = generation, n = 0, by = "", v = {} } end

local function live_lease(circuit)
  local lease = circuit.s == "open" and circuit.l
  return lease and lease.u > now and lease
end

-- A circuit as members see it.
local function shown(name, circuit, with_votes)
  local open = circuit.s == "open"
  local lease = live_lease(circuit)
  local fields = {
    name, circuit.s, text(circuit.g),
    open and text(max(0, min(circuit.u - now, circuit.p))) or "0",
    open and text(circuit.p) or "0", open and text(circuit.r) or "0", text(circuit.n),
    circuit.w or "", circuit.s == "voting" and "" or circuit.by,
    lease and text(lease.i) or "0", lease and lease.by or "", lease and text(min(lease.u - now, lease.t)) or "0",
  }
  if with_votes and open then
    for _, who in ipairs(circuit.v) do fields[#fields + 1] = who end
  elseif with_votes and circuit.s == "voting" then
    for who, vote in pairs(circuit.v) do
      if vote.x > now then fields[#fields + 1] = who end
    end
  end
  return fields
end
