-- A purse of requests. KEYS[1] is its hash; ARGV: requests a second and burst at full strength, the part of the rate that
-- instances may spend which can be seen here, who asks, how many they want (all or nothing), how many more if there is
-- plenty, 1 if Circle has accepted requests since, milliseconds of pause if Circle has refused one and else -1, 1 if the
-- asker was cut off before, and triples of lot, spent and unused of what they had.
--
-- What is given is held (h, and p for the generation before) until its asker says that it was spent or is not needed. It
-- stays part of the level (n) until then, so that no window sees more than the whole. What nobody speaks of for two
-- generations counts as spent. Those who wait have an entry w:<id> with what they want, their virtual time, when the entry
-- ends and since when they wait; turns go by virtual time, as they do among the members of an instance.
local generation = 30000
local now, key, id = clock(), KEYS[1], ARGV[4]
local rate, burst, share = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3])
local want, more, accepted, pause = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1', tonumber(ARGV[8])

local f, raw = {}, redis.call('HGETALL', key)
for i = 1, #raw, 2 do f[raw[i]] = raw[i + 1] end
local function number(name, default) return tonumber(f[name]) or default end
local strength, changed, paused = number('s', 1), number('c', 0), number('u', 0)
local held, before, gen, v = number('h', 0), number('p', 0), number('g', 0), number('v', 0)
-- An empty store may have forgotten what was spent.
local n = number('n', math.max(math.floor(burst / 10), 1))

n = n + math.max(0, now - number('t', now)) * rate * strength * share
local g = math.floor(now / generation)
if g == gen + 1 then
  n, before, held = n - before, held, 0
elseif g ~= gen then
  n, before, held = n - before - held, 0, 0
end
for i = 10, #ARGV, 3 do
  local lot, spent, unused = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  if lot == g then
    n, held = n - math.min(spent, held), math.max(held - spent - unused, 0)
  elseif lot == g - 1 then
    n, before = n - math.min(spent, before), math.max(before - spent - unused, 0)
  end
end
if pause >= 0 then
  paused = math.max(paused, now + pause)
  if now - changed >= 1000 then strength, changed = math.max(strength / 2, 1 / 16), now end
elseif accepted and strength < 1 and now - changed >= 10000 and now >= paused then
  strength, changed = math.min(strength * 1.25, 1), now
end
local full = math.max(math.floor(burst * strength), 1)
n = math.max(math.min(n, full), -burst)
if ARGV[9] == '1' then n = math.min(n, math.max(burst / 10, 1) + held + before) end

want = math.min(want, full)
local tag, since, others, rivals, needed = v, now, 0, 0, 0
local waiting = {}
for name, entry in pairs(f) do
  if string.sub(name, 1, 2) == 'w:' then
    local w, t, ends, s = string.match(entry, '(%S+) (%S+) (%S+) (%S+)')
    w, t, ends, s = tonumber(w), tonumber(t), tonumber(ends), tonumber(s)
    if name == 'w:' .. id then
      tag = math.max(t, v)
      if w > 0 then since = s end
    elseif ends < now or w == 0 and t <= v then
      redis.call('HDEL', key, name)
    else
      others = others + 1
      if w > 0 then
        rivals = rivals + 1
        waiting[#waiting + 1] = {w, math.max(t, v), s, name}
      end
    end
  end
end
for _, other in ipairs(waiting) do
  if other[2] < tag or other[2] == tag and (other[3] < since or other[3] == since and other[4] < 'w:' .. id) then
    needed = needed + other[1]
  end
end

local left, got, next = n - held - before, 0, 0
if want == 0 then
  redis.call('HDEL', key, 'w:' .. id)
elseif now >= paused and left - needed >= want then
  got, v = want, tag
  if rivals == 0 then got = got + math.max(math.min(more, math.floor(left - want - full / 2)), 0) end
  if others == 0 then
    redis.call('HDEL', key, 'w:' .. id)
  else
    redis.call('HSET', key, 'w:' .. id, string.format('0 %.0f %.0f %.0f', tag + got, now + 10000, now))
  end
  held, left = held + got, left - got
else
  next = math.max((needed + want - left) / (rate * strength * math.max(share, 0.01)), paused - now, 1)
  redis.call('HSET', key, 'w:' .. id, string.format('%d %.0f %.0f %.0f', want, tag, now + math.min(next, 1000) + 1000, since))
end
redis.call('HSET', key, 'n', string.format('%.6f', n), 't', now, 'g', g, 'h', held, 'p', before, 'v', v, 's', strength,
  'c', changed, 'u', paused)
redis.call('PEXPIRE', key, 86400000)
return {got, g, string.format('%.0f', math.ceil(next)), string.format('%.6f', strength),
  string.format('%.0f', math.max(paused - now, 0)), string.format('%.3f', left), rivals}
