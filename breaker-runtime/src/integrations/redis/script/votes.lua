-- Votes, and how they open a circuit.
--
-- Every operation of these files is in `op`, with the number of its arguments.
local function voted(circuit)
  local votes = circuit.s == "open" and #circuit.v or 0
  if circuit.s == "voting" then
    for _, vote in pairs(circuit.v) do
      if vote.x > now then votes = votes + 1 end
    end
  end
  return votes, { "voted", text(votes), text(circuit.n) }
end

local function open_by_votes(name, circuit)
  local longest, first, row, voters = nil, nil, 0, {}
  for who, vote in pairs(circuit.v) do
    if vote.x > now then
      voters[#voters + 1] = who
      row = max(row, vote.r)
      if not longest or vote.u > longest.u or (vote.u == longest.u and before(who, first)) then
        longest, first = vote, who
      end
    end
  end
  begin(name, circuit, "open", { u = max(longest.u, now), p = longest.p, r = row, w = longest.w, v = voters })
  note(name, true)
end

local op = {}

op.vote = { 8, function(name, generation, rest, period, row, at_least, share, why)
  local alive = live()
  at_least = tonumber(at_least)
  local needed = max(1, min(alive, max(at_least, math.ceil(share * alive / 1e6))))
  generation = seen(generation)
  local circuit = load(name) or new_circuit(generation)
  if circuit.g > generation and circuit.s ~= "open" then return { "stale" } end
  if circuit.s == "closed" or circuit.s == "open" and circuit.g < generation then
    circuit = { s = "voting", g = circuit.g, z = circuit.z, n = circuit.n, by = "", v = {} }
  end
  if circuit.s == "open" then
    local _, answer = voted(circuit)
    return answer
  end
  local own = circuit.v[member]
  local votes = voted(circuit)
  local is_new = not own or own.x <= now
  if not is_new or votes < needed then
    circuit.v[member] = { u = now + rest, p = tonumber(period), r = tonumber(row), w = why, x = now + ttl }
  else
    is_new = false
  end
  quiet = quiet or is_new or circuit.g < generation or circuit.n ~= needed
  circuit.n, circuit.g, circuit.z = needed, max(circuit.g, generation), max(circuit.z, generation)
  local answer
  votes, answer = voted(circuit)
  if votes >= needed and (at_least == 1 and share == "0" or now - born >= ttl) then
    open_by_votes(name, circuit)
  else
    save(name, circuit)
  end
  return answer
end }

-- Returns whether the member had a vote, and drops it.
local function unvote(name, circuit)
  if circuit.s ~= "voting" then return end
  if circuit.v[member] then
    circuit.v[member], quiet = nil, true
    save(name, circuit)
  end
  if next(circuit.v) == nil then drop(name) end
end

op.unvote = { 1, function(name)
  local circuit = load(name)
  if circuit then unvote(name, circuit) end
  return { "done" }
end }
