using Aspire.Hosting.Dashboard;
using Microsoft.Extensions.Configuration;

namespace Shop.StandIns.Tests.Hosting.Dashboard;

public sealed class DashboardSettingsTests
{
    [Fact]
    public void Without_configuration_there_is_a_known_address_and_every_key_is_new()
    {
        var (one, other) = (Read(), Read());
        Assert.Equal(("http://localhost:18888", "http://localhost:4711"), (one.FrontendUrl, one.OtlpUrl));
        Assert.Equal($"http://localhost:18888/login?t={one.BrowserToken}", one.LoginUrl);
        string[] keys = [one.BrowserToken, one.OtlpKey, one.ApiKey, one.ResourceServiceKey, other.BrowserToken, other.OtlpKey, other.ApiKey, other.ResourceServiceKey];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Equal(32, key.Length));
    }

    [Fact]
    public void Addresses_and_keys_can_be_set()
    {
        var settings = Read(
            ("ASPNETCORE_URLS", "https://localhost:1;http://localhost:19000/"), ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "http://localhost:2"),
            ("ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN", "a"), ("AppHost:OtlpApiKey", "b"), ("AppHost:DashboardApiKey", "c"),
            ("ASPIRE_DASHBOARD_RESOURCESERVICE_APIKEY", "d"));
        Assert.Equal(("http://localhost:19000", "http://localhost:2"), (settings.FrontendUrl, settings.OtlpUrl));
        Assert.Equal(("a", "b", "c", "d"), (settings.BrowserToken, settings.OtlpKey, settings.ApiKey, settings.ResourceServiceKey));
        Assert.Equal("http://localhost:2", settings.PassedOn["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]);
    }

    [Fact]
    public void A_test_gets_free_ports_unless_it_names_the_frontend()
    {
        Assert.Equal("http://localhost:4711", Read(randomPorts: true).FrontendUrl);
        var settings = Read(randomPorts: true, ("ASPNETCORE_URLS", "http://localhost:5"), ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "http://localhost:2"));
        Assert.Equal(("http://localhost:5", "http://localhost:4711"), (settings.FrontendUrl, settings.OtlpUrl));
    }

    [Fact]
    public void An_anonymous_dashboard_asks_for_nothing_but_the_resource_service_keeps_its_key()
    {
        var settings = Read(("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", "true"));
        var environment = DashboardEnvironment.Of(settings, "http://127.0.0.1:1", "Production");
        Assert.Equal(settings.FrontendUrl, settings.LoginUrl);
        Assert.Equal("true", environment["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"]);
        Assert.Equal(("ApiKey", settings.ResourceServiceKey),
            (environment["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"], environment["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"]));
        Assert.DoesNotContain("DASHBOARD__OTLP__PRIMARYAPIKEY", environment.Keys);
    }

    private static DashboardSettings Read(params (string Key, string Value)[] values) => Read(randomPorts: false, values);

    private static DashboardSettings Read(bool randomPorts, params (string Key, string Value)[] values) => DashboardSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value))).Build(),
        () => 4711, randomPorts);
}
