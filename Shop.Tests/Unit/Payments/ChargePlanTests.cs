using Shop.Payments.Provider;
using Shop.Payments.Sandbox;

namespace Shop.Tests.Unit.Payments;

public sealed class ChargePlanTests
{
    private static readonly SandboxDials Neutral = new();

    [Theory]
    [InlineData(SandboxMethods.Normal, 100, false, 1)]
    [InlineData(SandboxMethods.Decline, 100, true, 1)]
    [InlineData(SandboxMethods.Slow, 5_000, false, 1)]
    [InlineData(SandboxMethods.Repeat, 100, false, 3)]
    [InlineData(SandboxMethods.Silent, 100, false, 0)]
    public void The_method_decides(string method, int milliseconds, bool decline, int notifications) =>
        Assert.Equal(new ChargePlan(TimeSpan.FromMilliseconds(milliseconds), decline, notifications), ChargePlan.For(method, Neutral, () => 0));

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void A_dial_takes_its_percentage(int percentile, bool declined) =>
        Assert.Equal(declined, ChargePlan.For(SandboxMethods.Normal, Neutral with { DeclinePercent = 30 }, () => percentile).Decline);

    [Fact]
    public void A_dial_out_of_range_is_named() =>
        Assert.Equal(["silentPercent"], (Neutral with { SilentPercent = 101 }).Invalid());
}
