-- Makes a record that does not exist yet, or gives the one that does and how long it will live. KEYS[1] is its name; ARGV:
-- what it is made of, which no other is, and its life in milliseconds. Run again it makes the same.
local known = redis.call('GET', KEYS[1])
if known == ARGV[1] then return {} end
if known then return {known, redis.call('PTTL', KEYS[1])} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {}
