using System.Runtime.InteropServices;

namespace Shop.Catalog.Cache;

/// <summary>
/// Estimates how often keys were asked for lately, in four bytes for a kilobyte of cache: a count-min sketch whose counters
/// end at 15 and are halved after ten increments per entry of the cache, so that what was popular is forgotten. Not safe for
/// concurrent use.
/// </summary>
internal sealed class FrequencySketch
{
    private const int Rows = 4;
    private const int BitsOfAHash = 60 / Rows;
    private const byte Most = 15;
    private const int IncrementsPerEntry = 10;
    private const int FewestEntries = 64;

    // A page and what belongs to it is hardly smaller.
    private const int BytesPerCounter = 1024;

    private readonly byte[] _counts;
    private readonly int _bits;
    private int _increments;

    /// <param name="capacity">Of the cache, in bytes.</param>
    public FrequencySketch(long capacity)
    {
        _bits = (int)Math.Clamp(Math.Ceiling(Math.Log2((double)capacity / BytesPerCounter)), 6, BitsOfAHash);
        _counts = new byte[Rows << _bits];
    }

    /// <param name="hash">Of the key, evenly spread over all bits.</param>
    /// <param name="entries">How many the cache has.</param>
    public void Increment(ulong hash, int entries)
    {
        for (var row = 0; row < Rows; row++)
        {
            ref var count = ref _counts[Place(hash, row)];
            if (count < Most) count++;
        }
        if (++_increments >= IncrementsPerEntry * Math.Max(entries, FewestEntries)) Forget();
    }

    /// <summary>0 to 15; never less than the truth, but for what was forgotten.</summary>
    public int Estimate(ulong hash)
    {
        var least = Most;
        for (var row = 0; row < Rows; row++) least = Math.Min(least, _counts[Place(hash, row)]);
        return least;
    }

    private int Place(ulong hash, int row) => row << _bits | (int)(hash >> row * BitsOfAHash & (1UL << _bits) - 1);

    // Eight counters at a time.
    private void Forget()
    {
        _increments /= 2;
        foreach (ref var counts in MemoryMarshal.Cast<byte, ulong>(_counts.AsSpan())) counts = counts >> 1 & 0x0F0F_0F0F_0F0F_0F0F;
    }
}
