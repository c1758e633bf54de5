-- Applies a batch of one member to the state of its fleet, as `fleet/state.rs` does.
--
-- KEYS: the numbers of the fleet, its members, its circuits, its overrides.
-- ARGV: the channel, a time for tests or "-", the member, whether it only observes, how long it lives, the epoch and the
--       number of the last change that it knows or "-", a random number, and the operations.
--
-- Times are whole microseconds, which a number of Lua holds exactly until the year 2255. They are stored and answered
-- as texts, because cjson writes only 14 digits. What is stored is read without trust; what is invalid is deleted.
local META, MEMBERS, CIRCUITS, OVERRIDES = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local channel, member, observer, ttl = ARGV[1], ARGV[3], ARGV[4] == "1", tonumber(ARGV[5])
local SECOND, HOUR, DAY, LARGEST = 1e6, 36e8, 864e8, 9.001e15
local call, max, min = redis.call, math.max, math.min

local function text(number) return string.format("%.0f", number) end

local function number(value)
  local read = tonumber(value)
  if read and read >= 0 and read <= LARGEST and read % 1 == 0 then return read end
end

local function str(value) return type(value) == "string" and value or nil end

-- The order of bytes, which `<` is only in some locales.
local function before(a, b)
  for i = 1, min(#a, #b) do
    if a:byte(i) ~= b:byte(i) then return a:byte(i) < b:byte(i) end
  end
  return #a < #b
end

local function is_name(name) return #name > 0 and #name <= 256 end

local meta = call("HMGET", META, "epoch", "seq", "told", "born", "swept", "until", "members", "circuits",
  "overrides", "test")
local epoch, seq, told = number(meta[1]) or 0, number(meta[2]) or 0, number(meta[3]) or 0
local born, swept, horizon = number(meta[4]) or 0, number(meta[5]) or 0, number(meta[6]) or 0
local now
if meta[10] == "1" and ARGV[2] ~= "-" then
  now = tonumber(ARGV[2])
else
  local time = call("TIME")
  now = time[1] * SECOND + time[2]
end

local ignored = 0 -- values that were invalid
local noted, opened = {}, {} -- the circuits to publish, in order, and those of them that votes have opened
local forces, quiet, tidied = false, false, false -- overrides changed; something changed silently; the batch swept

local function note(name, by_votes)
  if opened[name] == nil then noted[#noted + 1] = name end
  opened[name] = opened[name] or by_votes or false
end

local function next_number(last) return max(last + 1, now) end

local function seen(value) return min(tonumber(value), now + DAY) end
