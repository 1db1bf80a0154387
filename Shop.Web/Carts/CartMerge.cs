namespace Shop.Web.Carts;

/// <summary>Hands an anonymous cart to the customer who has just logged in.</summary>
public sealed partial class CartMerge(HttpClient orders, ILogger<CartMerge> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Merges the cart that the cookie names, if any. A login never fails for this: when Orders does not answer in time
    /// the cookie stays, and the next login tries again.
    /// </summary>
    public async Task MergeAsync(HttpContext context, Guid customerId, CancellationToken cancellationToken)
    {
        if (CartCookie.Read(context) is not { } cartId) return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var response = await orders.PostAsJsonAsync(
                "/internal/carts/merge", new(cartId, customerId), WebJson.Default.MergeCartsRequest, deadline.Token);
            response.EnsureSuccessStatusCode();
            CartCookie.Delete(context);
        }
        catch (Exception exception) when (Services.ServiceAway.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            LogNotMerged(log, exception);
        }
    }

    [LoggerMessage(2010, LogLevel.Warning, "An anonymous cart was not merged at login; it stays with its cookie")]
    private static partial void LogNotMerged(ILogger log, Exception exception);
}

/// <summary>Body of the call that Orders answers.</summary>
public sealed record MergeCartsRequest(string CartId, Guid CustomerId);
