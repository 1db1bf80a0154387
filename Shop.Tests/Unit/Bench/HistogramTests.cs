using Shop.Bench.Measuring;

namespace Shop.Tests.Unit.Bench;

public sealed class HistogramTests
{
    private static readonly double[] Percents = [0, 1, 10, 50, 90, 95, 99, 99.9, 99.99, 100];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_percentile_is_never_too_low_and_at_most_its_digits_too_high(int digits)
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 50_000).Select(_ => (long)Math.Exp(random.NextDouble() * Math.Log(1e11))).ToArray();
        var histogram = Filled(digits, values);
        var sorted = values.Order().ToArray();

        foreach (var percent in Percents)
        {
            var exact = sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];
            var told = histogram.Percentile(percent);
            Assert.InRange(told, exact, exact + (exact * Math.Pow(10, -digits)));
        }
        Assert.Equal(sorted[^1], histogram.Max);
        Assert.Equal(values.Average(value => (double)value), histogram.Mean, tolerance: 1e-3 * histogram.Mean);
    }

    [Fact]
    public void Neighbours_of_every_bucket_bound_keep_the_error_bound()
    {
        for (var bit = 0; bit < 37; bit++)
        {
            foreach (var value in new[] { (1L << bit) - 1, 1L << bit, (1L << bit) + 1, (1L << bit) * 3 / 2 }.Where(value => value <= Histogram.Largest))
            {
                var told = Filled(2, [value, Histogram.Largest]).Percentile(50);
                Assert.InRange(told, value, value + (value * 0.01));
            }
        }
    }

    [Fact]
    public void Merged_histograms_are_as_one_that_saw_everything()
    {
        var random = new Random(3);
        var (first, second) = (Values(random, 1_000), Values(random, 5_000));
        var merged = Filled(3, first);
        merged.Merge(Filled(3, second));
        var whole = Filled(3, [.. first, .. second]);

        Assert.Equal(whole.Count, merged.Count);
        Assert.Equal(whole.Max, merged.Max);
        Assert.Equal(whole.Mean, merged.Mean, tolerance: 1e-6);
        Assert.All(Percents, percent => Assert.Equal(whole.Percentile(percent), merged.Percentile(percent)));
        Assert.Throws<ArgumentException>(() => merged.Merge(new Histogram(2)));
    }

    [Fact]
    public void What_is_beyond_the_range_counts_as_its_end_and_nothing_is_zero()
    {
        var histogram = Filled(3, [-5, long.MaxValue]);
        Assert.Equal(0, histogram.Percentile(50));
        Assert.Equal(Histogram.Largest, histogram.Percentile(100));
        histogram.Clear();
        Assert.Equal((0, 0, 0), (histogram.Count, histogram.Max, histogram.Percentile(99)));
    }

    private static long[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(1, 10_000_000))];

    private static Histogram Filled(int digits, IEnumerable<long> values)
    {
        var histogram = new Histogram(digits);
        foreach (var value in values) histogram.Record(value);
        return histogram;
    }
}
