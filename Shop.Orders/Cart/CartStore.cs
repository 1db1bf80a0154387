using System.Globalization;
using Microsoft.Extensions.Options;
using Shop.Orders.Checkout;
using Shop.ServiceDefaults.Problems;
using StackExchange.Redis;

namespace Shop.Orders.Cart;

/// <summary>Carts in Redis. Losing one is an empty cart, never an error; waiting for one is bounded.</summary>
internal sealed partial class CartStore(
    IConnectionMultiplexer redis, IOptions<CartOptions> options, TimeProvider time, ILogger<CartStore> logger)
{
    /// <summary>How long a cart is kept after it was touched last.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public const string UnavailableCode = "cart_unavailable";

    private const string Index = "carts:touched";
    private const int SweepBatch = 500;

    // What the scripts answer when they have changed nothing.
    private const int Full = 0;
    private const int TooMany = 2;

    private readonly TimeSpan _limit = options.Value.CartLimit;

    private IDatabase Redis => redis.GetDatabase();

    /// <summary>What is in the cart, in product order.</summary>
    /// <exception cref="ProblemException">503 <c>cart_unavailable</c>.</exception>
    public async Task<IReadOnlyList<DraftLine>> LinesAsync(CartKey cart, CancellationToken cancellationToken)
    {
        try
        {
            var entries = await Within(Redis.HashGetAllAsync(cart.Name), cancellationToken);
            return [.. entries.Select(Line).OrderBy(line => line.ProductId).ThenBy(line => line.Sku, StringComparer.Ordinal)];
        }
        catch (Exception e) when (IsAway(e))
        {
            LogAway(e);
            throw Unavailable();
        }
    }

    /// <summary>Puts this quantity of a variant into the cart; 0 takes it out.</summary>
    /// <exception cref="ProblemException">409 <c>cart_full</c>, 503 <c>cart_unavailable</c>.</exception>
    public async Task SetAsync(CartKey cart, DraftLine line, CancellationToken cancellationToken)
    {
        if (await WriteAsync(CartScripts.Set, [cart.Name, Index], Values(cart, line), cancellationToken) == Full)
        {
            throw IsFull();
        }
    }

    /// <summary>Puts this many more of a variant into the cart, in one step: two tabs that add at once add both.</summary>
    /// <exception cref="ProblemException">400 for more than a line may have, 409 <c>cart_full</c>, 503 <c>cart_unavailable</c>.</exception>
    public async Task AddAsync(CartKey cart, DraftLine line, CancellationToken cancellationToken)
    {
        RedisValue[] values = [.. Values(cart, line), OrderDraft.MaxQuantity];
        switch (await WriteAsync(CartScripts.Add, [cart.Name, Index], values, cancellationToken))
        {
            case Full:
                throw IsFull();
            case TooMany:
                throw Problem.Validation("quantity", $"with what is in the cart, must be at most {OrderDraft.MaxQuantity}");
        }
    }

    private RedisValue[] Values(CartKey cart, DraftLine line) => [Field(line), line.Quantity, OrderDraft.MaxLines, Now(), cart.Name];

    private static ProblemException IsFull() =>
        new(StatusCodes.Status409Conflict, "cart_full", $"A cart holds at most {OrderDraft.MaxLines} products.");

    /// <summary>Adds a browser's cart to the customer's.</summary>
    /// <exception cref="ProblemException">503 <c>cart_unavailable</c>.</exception>
    public Task MergeAsync(CartKey browser, CartKey customer, CancellationToken cancellationToken) =>
        WriteAsync(
            CartScripts.Merge,
            [browser.Name, customer.Name, Index],
            [OrderDraft.MaxLines, OrderDraft.MaxQuantity, Now(), browser.Name, customer.Name],
            cancellationToken);

    /// <summary>Takes out what was ordered or is sold no longer, as far as possible now: nothing depends on its success.</summary>
    public async Task TakeOutAsync(CartKey cart, IReadOnlyList<DraftLine> gone, CancellationToken cancellationToken)
    {
        try
        {
            RedisValue[] values = [Now(), cart.Name, .. gone.SelectMany(line => new RedisValue[] { Field(line), line.Quantity })];
            RedisKey[] keys = [cart.Name, Index];
            await Within(Redis.ScriptEvaluateAsync(CartScripts.TakeOut, keys, values), cancellationToken);
        }
        catch (Exception e) when (IsAway(e))
        {
            LogAway(e);
        }
    }

    /// <summary>Forgets a batch of carts that nobody touched for <see cref="Kept"/>; answers how many.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var oldest = (time.GetUtcNow() - Kept).ToUnixTimeSeconds();
        var old = await Within(Redis.SortedSetRangeByScoreAsync(Index, double.NegativeInfinity, oldest, Exclude.Stop, Order.Ascending, 0, SweepBatch), cancellationToken);
        foreach (var member in old)
        {
            RedisKey[] keys = [(string)member!, Index];
            RedisValue[] values = [oldest, member];
            await Within(Redis.ScriptEvaluateAsync(CartScripts.Forget, keys, values), cancellationToken);
        }

        return old.Length;
    }

    // The product's number, and after a colon the SKU unless the default variant is meant.
    private static RedisValue Field(DraftLine line) => line.Sku is null
        ? line.ProductId
        : string.Create(CultureInfo.InvariantCulture, $"{line.ProductId}:{line.Sku}");

    private static DraftLine Line(HashEntry entry)
    {
        var field = ((string)entry.Name!).Split(':', 2);
        return new(long.Parse(field[0], CultureInfo.InvariantCulture), (int)entry.Value, field.Length == 2 ? field[1] : null);
    }

    private async Task<int> WriteAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        try
        {
            return (int)await Within(Redis.ScriptEvaluateAsync(script, keys, values), cancellationToken);
        }
        catch (Exception e) when (IsAway(e))
        {
            LogAway(e);
            throw Unavailable();
        }
    }

    private static ProblemException Unavailable() =>
        new(StatusCodes.Status503ServiceUnavailable, UnavailableCode, "Carts are not available at the moment; please try again.")
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    // The client puts no limit of its own on asynchronous commands in all its versions.
    private Task<T> Within<T>(Task<T> command, CancellationToken cancellationToken) => command.WaitAsync(_limit, time, cancellationToken);

    private string Now() => time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static bool IsAway(Exception e) => e is RedisException or TimeoutException or ObjectDisposedException;

    [LoggerMessage(30, LogLevel.Warning, "Redis does not answer; carts are not available")]
    private partial void LogAway(Exception exception);
}
