namespace Shop.Catalog.StockEvents;

/// <summary>A variant's stock now, and what was told of it last: what is news about it. Pure.</summary>
/// <param name="Before">Available units that were told last.</param>
/// <param name="Threshold">At or below it the variant is low.</param>
/// <param name="WasLow">By the last judgement; null when there was none.</param>
/// <param name="Due">Whether enough time has passed since it was told.</param>
public sealed record StockNews(
    long VariantId, long ProductId, string Sku, bool OnSale, int Before, int Available, long Version, int Threshold, bool? WasLow,
    bool Due)
{
    public bool IsLow => Available <= Threshold;

    /// <summary>True once for each way down, also when it was the threshold that rose.</summary>
    public bool BecameLow => OnSale && IsLow && !(WasLow ?? Before <= Threshold);

    public bool CameBack => OnSale && Before <= 0 && Available > 0;

    public StockChanged ToChanged() => new(ProductId, Sku, Available, Version);

    public LowStock ToLow() => new(ProductId, Sku, Available, Threshold, Version);

    public BackInStock ToBack() => new(ProductId, Sku, Available, Version);
}
