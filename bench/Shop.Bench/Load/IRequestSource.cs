namespace Shop.Bench.Load;

/// <summary>The requests of a phase. All callers share it.</summary>
public interface IRequestSource
{
    /// <summary>Bytes of a whole request; they may lie in the scratch, and hold until the caller asks again.</summary>
    ReadOnlyMemory<byte> Next(Random random, byte[] scratch);
}

/// <summary>One of several fixed requests, drawn at random each time.</summary>
public sealed class FixedRequests(IReadOnlyList<byte[]> requests) : IRequestSource
{
    public ReadOnlyMemory<byte> Next(Random random, byte[] scratch) =>
        requests.Count == 1 ? requests[0] : requests[random.Next(requests.Count)];
}

/// <summary>Each request once, in order, by whichever caller comes next; from the beginning again when all were used.</summary>
public sealed class DistinctRequests(IReadOnlyList<byte[]> requests) : IRequestSource
{
    private long _taken = -1;

    /// <summary>How often all of them have been used up.</summary>
    public long Repeats => Math.Max(0, Interlocked.Read(ref _taken)) / requests.Count;

    public ReadOnlyMemory<byte> Next(Random random, byte[] scratch) =>
        requests[(int)(Interlocked.Increment(ref _taken) % requests.Count)];
}
