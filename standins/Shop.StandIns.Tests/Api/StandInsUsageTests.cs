namespace Shop.StandIns.Tests.Api;

/// <summary>A stand-in offers nothing that Shop does not use: what nobody uses, nobody checks against the real package.</summary>
public sealed class StandInsUsageTests
{
    [Fact]
    public void Every_public_type_and_member_of_a_stand_in_is_used_by_Shop()
    {
        var usage = new Usage(Solution.ShopAssemblies());
        var unused = usage.Unused([.. Solution.StandIns().SelectMany(Surface.Types)]).Order(StringComparer.Ordinal).ToArray();
        Assert.True(unused.Length == 0, $"Public but not used by Shop (make it internal):\n{string.Join('\n', unused)}");
    }
}
