namespace Shop.Catalog.Cache;

/// <summary>Random numbers from 0 to below 1, by which lives are spread. Safe for concurrent use.</summary>
public sealed class Spread(Random random)
{
    private readonly Lock _lock = new();

    public double Next()
    {
        lock (_lock) return random.NextDouble();
    }
}
