namespace Shop.Bench.Cache;

/// <summary>Ranks from 0, of which the one at place k comes with a probability in proportion to 1 / (k + 1)^exponent.</summary>
public sealed class Zipf
{
    private readonly double[] _upTo;

    public Zipf(int count, double exponent)
    {
        _upTo = new double[count];
        var sum = 0d;
        for (var rank = 0; rank < count; rank++) _upTo[rank] = sum += Math.Pow(rank + 1, -exponent);
        for (var rank = 0; rank < count; rank++) _upTo[rank] /= sum;
    }

    /// <param name="number">From 0 to below 1, evenly spread.</param>
    public int Rank(double number)
    {
        var place = Array.BinarySearch(_upTo, number);
        return Math.Min(place < 0 ? ~place : place + 1, _upTo.Length - 1);
    }
}
