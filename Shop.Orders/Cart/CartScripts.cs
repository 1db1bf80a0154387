namespace Shop.Orders.Cart;

/// <summary>
/// What must happen to a cart in one piece. A cart is a hash of variant to quantity without a time to live, because the
/// server evicts keys that have one; the sorted set of last touches says which carts are old.
/// </summary>
internal static class CartScripts
{
    /// <summary>KEYS cart, index. ARGV product, quantity, limit of products, now, member. Answers 0 when the cart is full.</summary>
    public const string Set = """
        if tonumber(ARGV[2]) == 0 then
            redis.call('HDEL', KEYS[1], ARGV[1])
        elseif redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
            return 0
        else
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        end
        if redis.call('EXISTS', KEYS[1]) == 1 then
            redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5])
        else
            redis.call('ZREM', KEYS[2], ARGV[5])
        end
        return 1
        """;

    /// <summary>KEYS cart, index. ARGV product, quantity, limit of products, now, member, limit of quantity. Answers 0 when the cart is full, 2 when it has too many of the product.</summary>
    public const string Add = """
        local held = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
        if held == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then
            return 0
        elseif held + tonumber(ARGV[2]) > tonumber(ARGV[6]) then
            return 2
        end
        redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2])
        redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5])
        return 1
        """;

    /// <summary>KEYS cart, index. ARGV now, member, then product and quantity in turn: what was ordered leaves the cart.</summary>
    public const string TakeOut = """
        for i = 3, #ARGV, 2 do
            local held = redis.call('HGET', KEYS[1], ARGV[i])
            if held then
                if tonumber(held) > tonumber(ARGV[i + 1]) then
                    redis.call('HINCRBY', KEYS[1], ARGV[i], -tonumber(ARGV[i + 1]))
                else
                    redis.call('HDEL', KEYS[1], ARGV[i])
                end
            end
        end
        if redis.call('EXISTS', KEYS[1]) == 1 then
            redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2])
        else
            redis.call('ZREM', KEYS[2], ARGV[2])
        end
        return 1
        """;

    /// <summary>
    /// KEYS browser's cart, customer's cart, index. ARGV limit of products, limit of quantity, now, browser's member,
    /// customer's member. The browser's cart is gone afterwards, so a repeat adds nothing.
    /// </summary>
    public const string Merge = """
        local items = redis.call('HGETALL', KEYS[1])
        for i = 1, #items, 2 do
            local held = tonumber(redis.call('HGET', KEYS[2], items[i]) or '0')
            if held > 0 or redis.call('HLEN', KEYS[2]) < tonumber(ARGV[1]) then
                redis.call('HSET', KEYS[2], items[i], math.min(held + tonumber(items[i + 1]), tonumber(ARGV[2])))
            end
        end
        redis.call('DEL', KEYS[1])
        redis.call('ZREM', KEYS[3], ARGV[4])
        if redis.call('EXISTS', KEYS[2]) == 1 then
            redis.call('ZADD', KEYS[3], ARGV[3], ARGV[5])
        end
        return 1
        """;

    /// <summary>KEYS cart, index. ARGV oldest touch to keep, member. Deletes the cart unless it was touched meanwhile.</summary>
    public const string Forget = """
        local touched = redis.call('ZSCORE', KEYS[2], ARGV[2])
        if touched and tonumber(touched) < tonumber(ARGV[1]) then
            redis.call('DEL', KEYS[1])
            redis.call('ZREM', KEYS[2], ARGV[2])
            return 1
        end
        return 0
        """;
}
