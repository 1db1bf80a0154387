namespace Shop.ServiceDefaults.Http;

/// <summary>A token bucket: every request earns a tenth of a retry, up to ten retries in hand.</summary>
internal sealed class RetryBudget
{
    // In tenths of a retry, so that the arithmetic is exact.
    private const int CostOfRetry = 10;
    private const int Capacity = 10 * CostOfRetry;
    private readonly Lock _lock = new();
    private int _tenths = Capacity;

    public void Earn()
    {
        lock (_lock)
            _tenths = Math.Min(Capacity, _tenths + 1);
    }

    public bool TrySpend()
    {
        lock (_lock)
        {
            if (_tenths < CostOfRetry)
                return false;
            _tenths -= CostOfRetry;
            return true;
        }
    }
}
