namespace Shop.Orders.Cart;

/// <summary>Forgets carts that nobody touched for 30 days; looks once an hour.</summary>
internal sealed partial class CartSweeper(CartStore carts, TimeProvider time, ILogger<CartSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await carts.SweepAsync(stoppingToken) > 0)
                {
                    // Until none is old.
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(31, LogLevel.Warning, "Old carts could not be swept")]
    private partial void LogFailed(Exception exception);
}
