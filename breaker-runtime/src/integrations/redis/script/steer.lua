-- What an operator wants, and who is there.
local function reset_all()
  local revision
  local names, circuits = load_all()
  for _, name in ipairs(names) do
    revision = max(revision or 0, begin(name, circuits[name], "closed", { u = now, w = "reset" }))
  end
  return { "steered", text(revision or now) }
end

op.steer = { 5, function(name, order, lasts, actor, reason)
  local all = name == "-"
  name = name:sub(2)
  if not all and not is_name(name) or all and order == "trip" then return { "invalid" } end
  if all and order == "reset" then return reset_all() end
  if order == "trip" or order == "reset" then
    local circuit, period = load(name) or new_circuit(0), tonumber(lasts)
    local fields = { u = now, w = "reset" }
    if period then fields = { u = now + period, p = period, r = 1, w = "tripped", v = {} } end
    return { "steered", text(begin(name, circuit, period and "open" or "closed", fields)) }
  end
  local til = tonumber(lasts) and now + lasts or nil
  if order == "cleared" then til = now + DAY end
  local old = load_force(name)
  local revision = next_number(old and old.v or 0)
  set_force(name, order, actor, reason, now, til, revision)
  return { "steered", text(revision) }
end }

op.again = { 7, function(name, kind, actor, reason, age, rest, revision)
  if name ~= "-" and not is_name(name:sub(2)) then return { "invalid" } end
  name, rest, revision = name:sub(2), tonumber(rest), seen(revision)
  if kind == "cleared" then rest = min(rest or DAY, DAY) end
  local known = load_force(name)
  if rest == 0 or known and known.v >= revision then return { "stale" } end
  set_force(name, kind, actor, reason, max(0, now - age), rest and now + rest or nil, revision)
  return { "done" }
end }

op.members = { 0, function()
  local answer, all = { "members" }, call("ZRANGE", MEMBERS, 0, -1, "WITHSCORES")
  for i = 1, #all, 2 do
    answer[#answer + 1] = all[i]
    answer[#answer + 1] = text(max(0, now + ttl - tonumber(all[i + 1])))
  end
  return answer
end }

op.leave = { 0, function()
  if observer then return { "invalid" } end
  call("ZREM", MEMBERS, member)
  local names, circuits = load_all()
  for _, name in ipairs(names) do
    local circuit = circuits[name]
    unvote(name, circuit)
    if circuit.l and circuit.l.by == member then
      if live_lease(circuit) then note(name) end
      circuit.l = nil
      save(name, circuit)
    end
  end
  observer = true
  return { "done" }
end }
