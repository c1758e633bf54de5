-- The batch: what is lost or has ended, the operations, what is published, and the answers.
local of_members = { vote = true, unvote = true, lease = true, renew = true, verdict = true }

local function run()
  local answers, at = {}, 9
  while at <= #ARGV do
    local word, found = ARGV[at], op[ARGV[at]]
    if not found then error("unknown operation") end
    local count = found[1]
    if of_members[word] and (observer or not is_name(ARGV[at + 1])) then
      answers[#answers + 1] = { "invalid" }
    else
      answers[#answers + 1] = found[2](unpack(ARGV, at + 1, at + count))
    end
    at = at + 1 + count
  end
  return answers
end

local function publish(message)
  call("PUBLISH", channel, cjson.encode(message))
end

local function publish_all()
  for _, name in ipairs(noted) do
    local circuit = load(name)
    if circuit then
      local last, heard = seq, told
      seq = next_number(seq)
      told = seq
      local fields = shown(name, circuit, opened[name])
      publish({ "brk1", text(epoch), text(seq), text(last), text(heard), fields })
    end
  end
  if forces then
    seq = next_number(seq)
    told = seq
    publish({ "brk1", text(epoch), text(seq) })
  end
  if #noted == 0 and not forces and quiet then seq = next_number(seq) end
end

local function contents()
  if number(ARGV[6]) == epoch and (ARGV[7] == "-" or number(ARGV[7]) == seq) then return false, false end
  local circuits, overrides = {}, {}
  local names, loaded = load_all()
  for i, name in ipairs(names) do circuits[i] = shown(name, loaded[name], true) end
  local all = call("HGETALL", OVERRIDES)
  for i = 1, #all, 2 do
    local force = load_force(all[i], all[i + 1])
    if force and (not force.u or force.u > now) then
      overrides[#overrides + 1] = {
        all[i], force.k, force.a and "+" .. force.a or "-", force.r and "+" .. force.r or "-",
        text(max(0, now - force.s)), force.u and text(force.u - now) or "-", text(force.v),
      }
    end
  end
  return circuits, overrides
end

local members, circuits, overrides = counts()
local lost = epoch == 0 or number(meta[7]) ~= members or number(meta[8]) ~= circuits or number(meta[9]) ~= overrides
local was_live = (number(call("ZSCORE", MEMBERS, member)) or 0) > now
-- The first write is one that a full server rejects, so that it rejects all or nothing.
if observer then
  call("HSET", META, "epoch", text(epoch))
else
  call("ZADD", MEMBERS, "GT", text(now + ttl), member)
end
if lost then begin_epoch() end
born = min(born, now)
call("ZREMRANGEBYSCORE", MEMBERS, "-inf", text(now))
-- The first member must not see itself as the whole fleet before the others are back.
if not observer and not was_live and live() == 1 then born = now end
if now >= swept + SECOND or now < swept then sweep() end

local answers = run()
publish_all()
local shown_circuits, shown_overrides = contents()
members, circuits, overrides = counts()
local fresh = { text(epoch), text(seq), text(told), text(born), text(swept), text(horizon), text(members),
  text(circuits), text(overrides) }
local changed = tidied
for i = 1, #fresh do changed = changed or fresh[i] ~= meta[i] end
if changed then
  call("HSET", META, "epoch", fresh[1], "seq", fresh[2], "told", fresh[3], "born", fresh[4], "swept", fresh[5],
    "until", fresh[6], "members", fresh[7], "circuits", fresh[8], "overrides", fresh[9])
  local lasts = (max(0, horizon - now) + HOUR) / 1000
  local week = 7 * DAY / 1000
  call("PEXPIRE", CIRCUITS, text(lasts))
  call("PEXPIRE", OVERRIDES, text(week))
  call("PEXPIRE", META, text(overrides > 0 and max(lasts, week) or lasts))
  call("PEXPIRE", MEMBERS, text(ttl / 100))
end
return { text(epoch), text(max(0, now - born)), text(seq), text(members), text(ignored), shown_circuits,
  shown_overrides, answers }
