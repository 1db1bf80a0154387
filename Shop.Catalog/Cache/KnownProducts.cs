using Npgsql;

namespace Shop.Catalog.Cache;

/// <summary>
/// A bitmap of the ids that exist, against reads of made-up ones: however many of those come, the database is asked at most
/// once a second which ids are new. Ids of products that are being created commit out of order, so each look goes back over
/// the youngest ones, and now and then over all.
/// </summary>
public sealed class KnownProducts(NpgsqlDataSource database, LoadGate gate, TimeProvider time)
{
    private const int Window = 20_000;

    // 8 MiB. Of higher ids only the highest is known.
    private const long MaxId = 1L << 26;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookOverAllEvery = TimeSpan.FromSeconds(60);

    private const string NewerThan = "SELECT id FROM products WHERE id > $1";

    private readonly Lock _lock = new();
    private ulong[] _bits = [];
    private long _highest;
    private long? _looked;
    private long? _lookedOverAll;
    private Task? _looking;

    /// <summary>False when there is no product of that id, as of less than a second ago.</summary>
    public async ValueTask<bool> MayExistAsync(long id, CancellationToken cancellationToken)
    {
        if (id <= 0) return false;
        if (IsKnown(id)) return true;
        if (IsOlder(_looked, LookEvery)) await LookAsync().WaitAsync(cancellationToken);
        return IsKnown(id);
    }

    /// <summary>To be called for a product that was just created.</summary>
    public void Add(long id)
    {
        if (id <= 0) return;
        lock (_lock) Set(id);
    }

    private bool IsKnown(long id)
    {
        if (id > MaxId) return id <= Volatile.Read(ref _highest);
        var bits = Volatile.Read(ref _bits);
        var word = id >> 6;
        return word < bits.Length && (Volatile.Read(ref bits[word]) >> (int)(id & 63) & 1) != 0;
    }

    private bool IsOlder(long? at, TimeSpan age) => at is not { } when || time.GetElapsedTime(when) >= age;

    // One look at a time, for all who wait.
    private Task LookAsync()
    {
        lock (_lock)
        {
            if (!IsOlder(_looked, LookEvery)) return Task.CompletedTask;
            return _looking ??= Task.Run(LookNowAsync);
        }
    }

    private async Task LookNowAsync()
    {
        try
        {
            var started = time.GetTimestamp();
            var all = IsOlder(_lookedOverAll, LookOverAllEvery);
            var ids = await gate.RunAsync(token => ReadAsync(all ? 0 : Math.Max(0, _highest - Window), token), CancellationToken.None);
            lock (_lock)
            {
                foreach (var id in ids) Set(id);
                _looked = started;
                if (all) _lookedOverAll = started;
            }
        }
        finally
        {
            lock (_lock) _looking = null;
        }
    }

    private async Task<List<long>> ReadAsync(long after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NewerThan);
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetInt64(0));
        return ids;
    }

    // Under the lock.
    private void Set(long id)
    {
        _highest = Math.Max(_highest, id);
        if (id > MaxId) return;
        var word = (int)(id >> 6);
        if (word >= _bits.Length)
        {
            var larger = new ulong[Math.Max(word + 1, _bits.Length * 2)];
            _bits.CopyTo(larger, 0);
            Volatile.Write(ref _bits, larger);
        }
        Volatile.Write(ref _bits[word], _bits[word] | 1UL << (int)(id & 63));
    }
}
