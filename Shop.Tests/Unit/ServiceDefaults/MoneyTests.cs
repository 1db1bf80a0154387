using Shop.ServiceDefaults;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("19.9", 1990)]
    [InlineData("19.990", 1999)]
    [InlineData("0.01", 1)]
    [InlineData("1000000000000", 100_000_000_000_000)]
    public void Amounts_with_at_most_two_decimals_become_minor_units(string major, long expected)
    {
        Assert.True(Money.TryToMinor(decimal.Parse(major), out var minor));
        Assert.Equal(expected, minor);
        Assert.Equal(decimal.Parse(major), Money.ToMajor(minor));
    }

    [Theory]
    [InlineData("0.001")]
    [InlineData("19.999")]
    [InlineData("-0.01")]
    [InlineData("1000000000000.01")]
    [InlineData("79228162514264337593543950335")]
    public void Other_amounts_are_refused(string major) => Assert.False(Money.TryToMinor(decimal.Parse(major), out _));
}
