using Microsoft.Extensions.Configuration;
using Shop.ServiceDefaults.Internal;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class CallerKeysTests : IDisposable
{
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Internal:Callers:orders"] = "key", ["Internal:Callers:nobody"] = "",
    }).Build();

    private readonly CallerKeys _keys;

    public CallerKeysTests() => _keys = new CallerKeys(_configuration);

    public void Dispose()
    {
        _keys.Dispose();
        (_configuration as IDisposable)?.Dispose();
    }

    [Theory]
    [InlineData("orders", "key", true)]
    [InlineData("orders", "kez", false)]
    [InlineData("orders", "ke", false)]
    [InlineData("orders", "keykey", false)]
    [InlineData("orders", "", false)]
    [InlineData("nobody", "", false)]
    [InlineData("web", "key", false)]
    [InlineData("", "", false)]
    public void A_caller_is_known_by_its_own_key_only(string name, string key, bool known) =>
        Assert.Equal(known, _keys.Accepts(name, key));

    [Fact]
    public void A_key_that_is_changed_while_the_service_runs_holds_from_then_on()
    {
        _configuration["Internal:Callers:orders"] = "new";
        _configuration.Reload();
        Assert.True(_keys.Accepts("orders", "new"));
        Assert.False(_keys.Accepts("orders", "key"));
    }
}
