-- Attempts under a key, as tokens.MemoryAttempts counts them. KEYS[1] is a hash; ARGV: begin or forgive, and how many are
-- free, the time to regain one, the first and the longest pause and the life of the key, in milliseconds.
local now, key = clock(), KEYS[1]
local free, regain, first, longest = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known = redis.call('HMGET', key, 'n', 's', 'u')
local count, since, ends = tonumber(known[1]) or 0, tonumber(known[2]) or now, tonumber(known[3]) or 0
if ARGV[1] == 'begin' then
  if ends > now then
    redis.call('PEXPIRE', key, ARGV[6])
    return math.floor(ends - now)
  end
  local back = math.floor((now - since) / regain)
  if back > 0 then count, since = math.max(0, count - back), since + back * regain end
  count = count + 1
  if count >= free then
    ends = now + math.min(first * 2 ^ math.min(count - free, 16), longest)
    since = ends
  end
elseif known[1] then
  count = math.max(0, count - 1)
  if count < free then since, ends = now, 0 end
else
  return 0
end
redis.call('HSET', key, 'n', count, 's', since, 'u', ends)
redis.call('PEXPIRE', key, ARGV[6])
return 0
