using System.Collections.Concurrent;
using Npgsql;

namespace Shop.Catalog.Inventory;

/// <summary>
/// Remembers for less than a second which variants are short, so that a rush on what is gone does not reach the database. What
/// it says was true at a moment of the database within that time: new stock is seen everywhere within a second, and at once by
/// the replica that booked it.
/// </summary>
/// <remarks>
/// An order that holds units must get its answer again, wherever it was reserved. When the shortage was seen, the stock row was
/// locked, so every order that held units of the variant by then stands in its ledger: those are loaded beside the shortage, and
/// for them the memory says nothing. Only movements of the last two leases are read, since no older lease can be alive.
/// </remarks>
public sealed partial class SoldOutMemory(NpgsqlDataSource database, TimeProvider time, ILogger<SoldOutMemory> logger)
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(900);

    // Known for so long, one request is let through to look again, while the others are still answered from here.
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMilliseconds(450);
    private static readonly TimeSpan HoldersFor = StockDecider.Lease * 2;

    private const int MaxVariants = 10_000;
    private const int MaxHolders = 50_000;

    private const string Holders =
        """
        SELECT id, order_id FROM stock_ledger
        WHERE variant_id = $1 AND id > $2 AND kind = 'reserved' AND at > shop_now() - $3
        ORDER BY id LIMIT $4
        """;

    private readonly ConcurrentDictionary<long, ShortVariant> _variants = new();

    /// <summary>The time to name in <see cref="LearnAsync"/>, taken before the database is asked.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>How many units there are, when that is known, too few, and the order can hold none of them.</summary>
    public int? Shortage(long variantId, int wanted, Guid orderId) =>
        !_variants.IsEmpty && _variants.TryGetValue(variantId, out var variant)
            ? variant.Shortage(wanted, orderId, time, Lifetime, RefreshAfter)
            : null;

    /// <summary>Notes a shortage that the database has told.</summary>
    /// <param name="asOf"><see cref="Now"/> before it was asked.</param>
    public async Task LearnAsync(long variantId, int available, long asOf, CancellationToken cancellationToken)
    {
        var variant = Variant(variantId);
        if (!variant.TryBeginLearning()) return;
        try
        {
            if (await LoadHoldersAsync(variantId, variant, cancellationToken)) variant.Learn(available, asOf);
        }
        catch (NpgsqlException away)
        {
            LogNotLearned(away, variantId);
        }
        finally
        {
            variant.EndLearning();
        }
    }

    /// <summary>Units have come: what was learned from before this moment is void.</summary>
    public void Forget(IReadOnlyList<long> variantIds)
    {
        foreach (var id in variantIds) Variant(id).Forget(time.GetTimestamp());
    }

    /// <summary>The variant was had: whatever was known of it has changed.</summary>
    public void Granted(long variantId)
    {
        if (!_variants.IsEmpty && _variants.TryGetValue(variantId, out var variant)) variant.Forget(time.GetTimestamp());
    }

    private ShortVariant Variant(long id)
    {
        if (_variants.Count >= MaxVariants) _variants.Clear();
        return _variants.GetOrAdd(id, _ => new ShortVariant(time.GetTimestamp()));
    }

    /// <summary>False when not all are read, or they are too many to remember.</summary>
    private async Task<bool> LoadHoldersAsync(long variantId, ShortVariant variant, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(variant.HoldersSince) > HoldersFor) variant.ForgetHolders(time.GetTimestamp());
        if (variant.HolderCount > MaxHolders) return false;
        await using var command = database.CreateCommand(Holders);
        foreach (var value in (object[])[variantId, variant.LastMovement, HoldersFor, MaxHolders])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var read = 0;
        for (; await reader.ReadAsync(cancellationToken); read++) variant.AddHolder(reader.GetInt64(0), reader.GetGuid(1));
        return read < MaxHolders && variant.HolderCount <= MaxHolders;
    }

    [LoggerMessage(114, LogLevel.Warning, "The orders that hold variant {VariantId} were not read; its shortage is not remembered")]
    private partial void LogNotLearned(Exception exception, long variantId);
}
