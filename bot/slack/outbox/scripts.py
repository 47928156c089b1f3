"""The outbox's steps in Redis, each one script. What they touch together lies on one node of a Cluster.

The lock of a channel's list guards it (`FencedScript`: last key, last argument). Before a message is sent its sender
must hold the lock; afterwards it may still write down what happened, unless somebody else serves the channel by now.
"""

# A failed post may be asked for again; a waiting, sending or posted one not.
# KEYS delivery, outgoing, due; ARGV channel, item, now, keep, wake, team
ADD_POST = """
local state = redis.call('HGET', KEYS[1], 'state')
if state and state ~= 'failed' then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'waiting', 'channel', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1
"""

# KEYS newest, outgoing, due; ARGV channel, item, now, keep, wake, team, update
ADD_UPDATE = """
if redis.call('SET', KEYS[1], ARGV[7], 'EX', ARGV[4], 'GET') then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[3], 'NX', ARGV[3], ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1
"""

# Looking and taking the channel out of the due ones is one step: an item that comes in between would be forgotten.
# KEYS outgoing, due; ARGV channel
HEAD = """
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then redis.call('ZREM', KEYS[2], ARGV[1]) end
return head
"""

# Fenced. KEYS delivery, lock; ARGV state, now, keep, token
MARK = """
redis.call('HSETNX', KEYS[1], 'since', ARGV[2])
redis.call('HSET', KEYS[1], 'state', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

_UNLESS_TAKEN_OVER = """
local holder = redis.call('GET', KEYS[4])
if holder and holder ~= ARGV[2] then return 0 end
if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[1] then return 0 end
"""
_NEXT = """
redis.call('LPOP', KEYS[2])
if redis.call('LLEN', KEYS[2]) == 0 then redis.call('ZREM', KEYS[3], ARGV[3]) end
return 1
"""

# KEYS delivery, outgoing, due, lock; ARGV item, token, channel, keep, then fields of the delivery
END_POST = f"""{_UNLESS_TAKEN_OVER}
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
redis.call('EXPIRE', KEYS[1], ARGV[4])
{_NEXT}"""

# KEYS newest, outgoing, due, lock; ARGV item, token, channel, update that was sent ('' to drop whatever is there)
END_UPDATE = f"""{_UNLESS_TAKEN_OVER}
local newest = redis.call('GET', KEYS[1])
if newest and ARGV[4] ~= '' and newest ~= ARGV[4] then
  redis.call('RPUSH', KEYS[2], ARGV[1])
else
  redis.call('DEL', KEYS[1])
end
{_NEXT}"""
