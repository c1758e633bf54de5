-- The overrides of the fleet, in one hash.
--
-- Overrides: k kind, a actor, r reason, s set, u until, v revision. The empty name is for all circuits.
local function load_force(name, raw)
  raw = raw or call("HGET", OVERRIDES, name)
  if not raw then return nil end
  local valid, force = pcall(cjson.decode, raw)
  local kinds = { open = true, closed = true, cleared = true }
  if valid and type(force) == "table" and #name <= 256 and kinds[force.k] then
    local forever = force.u == nil
    force.a, force.r = str(force.a), str(force.r)
    force.s, force.u, force.v = number(force.s), number(force.u), number(force.v)
    if force.s and force.v and (force.u or forever) then return force end
  end
  ignored = ignored + 1
  call("HDEL", OVERRIDES, name)
end

local function save_force(name, force)
  local stored = { k = force.k, a = force.a, r = force.r, s = text(force.s), u = force.u and text(force.u), v = text(force.v) }
  call("HSET", OVERRIDES, name, cjson.encode(stored))
  forces = true
end

local function set_force(name, kind, actor, reason, set, til, revision)
  local function given(value) return value:sub(1, 1) == "+" and value:sub(2) or nil end
  save_force(name, { k = kind, a = given(actor), r = given(reason), s = set, u = til, v = revision })
end
