-- each: no message waits to be sent for longer than it takes
SELECT format('%s: %s messages of type %s wait, the oldest for %s', current_database(), count(*), type,
              date_trunc('second', clock_timestamp() - min(created_at)))
FROM shop_outbox WHERE created_at < clock_timestamp() - $1 GROUP BY type
