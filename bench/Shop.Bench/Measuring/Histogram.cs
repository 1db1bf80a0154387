using System.Numerics;

namespace Shop.Bench.Measuring;

/// <summary>
/// Counts values in log-linear buckets, as HdrHistogram does: each power of two is cut into equally many linear steps, so
/// that the error is bounded relative to the value, whatever its size. Values up to 2^(steps) are exact.
/// </summary>
public sealed class Histogram
{
    /// <summary>Larger values count as this one: 137 seconds, when values are nanoseconds.</summary>
    public const long Largest = (1L << LargestBits) - 1;

    private const int LargestBits = 37;
    private readonly int _stepBits;
    private readonly long[] _counts;

    /// <param name="digits">Significant decimal digits, 1 to 4: a percentile is at most 10^-digits of itself too high.</param>
    public Histogram(int digits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 4);
        Digits = digits;
        _stepBits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Pow(10, digits)));
        _counts = new long[(LargestBits - _stepBits + 1) << _stepBits];
    }

    public int Digits { get; }

    public long Count { get; private set; }

    /// <summary>0 when nothing was recorded.</summary>
    public long Max { get; private set; }

    /// <summary>Of the recorded values themselves, not of their buckets.</summary>
    public double Mean => Count == 0 ? 0 : _sum / Count;

    private double _sum;

    /// <summary>Negative values count as zero.</summary>
    public void Record(long value)
    {
        value = Math.Clamp(value, 0, Largest);
        _counts[IndexOf(value)]++;
        Count++;
        _sum += value;
        if (value > Max) Max = value;
    }

    /// <summary>
    /// The smallest bucket bound that at least this share of the values does not exceed: never below the true value, and
    /// above it by at most 10^-digits of it. 0 when nothing was recorded.
    /// </summary>
    /// <param name="percent">0 to 100.</param>
    public long Percentile(double percent)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Count * Math.Clamp(percent, 0, 100) / 100));
        long seen = 0;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= rank) return Math.Min(HighestOf(index), Max);
        }
        return Max;
    }

    /// <summary>Adds all values of another histogram of as many digits.</summary>
    public void Merge(Histogram other)
    {
        if (other.Digits != Digits) throw new ArgumentException($"{other.Digits} digits into {Digits}", nameof(other));
        for (var index = 0; index < _counts.Length; index++) _counts[index] += other._counts[index];
        Count += other.Count;
        _sum += other._sum;
        Max = Math.Max(Max, other.Max);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        (Count, Max, _sum) = (0, 0, 0);
    }

    private int IndexOf(long value)
    {
        var shift = BitOperations.Log2((ulong)value) - _stepBits;
        return shift <= 0 ? (int)value : (shift << _stepBits) + (int)(value >> shift);
    }

    private long HighestOf(int index)
    {
        var shift = (index >> _stepBits) - 1;
        if (shift <= 0) return index;
        var step = index - ((long)shift << _stepBits);
        return ((step + 1) << shift) - 1;
    }
}
