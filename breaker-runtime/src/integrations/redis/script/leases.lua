-- Leases, and what their probes have shown.
local function prolong(name, circuit, lasts)
  local til = now + lasts
  if circuit.l.u ~= til then note(name) end
  circuit.l.u, circuit.l.t = til, tonumber(lasts)
  save(name, circuit)
end

op.lease = { 3, function(name, generation, lasts)
  local circuit = load(name)
  if not circuit or circuit.s ~= "open" or circuit.g ~= seen(generation) then return { "stale" } end
  if now < circuit.u then return { "not_yet", text(min(circuit.u - now, circuit.p)) } end
  local lease = live_lease(circuit)
  if lease and lease.by ~= member then return { "taken", lease.by, text(min(lease.u - now, lease.t)) } end
  if lease then
    prolong(name, circuit, lasts)
  else
    circuit.z = next_number(circuit.z)
    circuit.l = { i = circuit.z, by = member, u = now + lasts, t = tonumber(lasts) }
    save(name, circuit)
    note(name)
  end
  return { "granted", text(circuit.l.i) }
end }

local function held(name, id)
  local circuit = load(name)
  local lease = circuit and live_lease(circuit)
  return lease and lease.i == tonumber(id) and lease.by == member and circuit
end

op.renew = { 3, function(name, id, lasts)
  local circuit = held(name, id)
  if not circuit then return { "stale" } end
  prolong(name, circuit, lasts)
  return { "done" }
end }

op.verdict = { 7, function(name, id, verdict, rest, period, row, why)
  local circuit = held(name, id)
  if not circuit then return { "stale" } end
  if verdict == "closed" then
    begin(name, circuit, "closed", { u = now, w = "" })
  elseif verdict == "open" then
    begin(name, circuit, "open", { u = now + rest, p = tonumber(period), r = tonumber(row), w = why, v = {} })
  else
    circuit.l = nil
    save(name, circuit)
    note(name)
  end
  return { "done" }
end }
