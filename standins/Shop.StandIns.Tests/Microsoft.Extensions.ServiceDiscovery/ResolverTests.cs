using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace Shop.StandIns.Tests.Discovery;

public sealed class ResolverTests
{
    private readonly Dictionary<string, string?> _services = new()
    {
        ["Services:both:http:0"] = "http://h:1",
        ["Services:both:http:1"] = "http://h:2",
        ["Services:both:https:0"] = "https://h:3",
        ["Services:plain:http:0"] = "http://h:4",
        ["Services:plain:admin:0"] = "http://h:5",
        ["Services:single:http"] = "http://h:6",
        ["Services:given:default:0"] = "https://h:7",
        ["Services:given:default:1"] = "http://h:8",
        ["Services:bare:http:0"] = "h:9",
        ["Services:bare:http:1"] = "127.0.0.1:10",
        ["Services:broken:http:0"] = "not an address",
    };

    [Theory]
    [InlineData("https+http://both", "https://h:3/")]
    [InlineData("http+https://both", "http://h:1/ http://h:2/")]
    [InlineData("http://both", "http://h:1/ http://h:2/")]
    [InlineData("both", "https://h:3/")]
    [InlineData("https+http://plain", "http://h:4/")]
    [InlineData("HTTPS+HTTP://PLAIN", "http://h:4/")]
    [InlineData("https+http://_admin.plain", "http://h:5/")]
    [InlineData("http://single", "http://h:6/")]
    [InlineData("https+http://given", "https://h:7/")]
    [InlineData("http://given", "http://h:8/")]
    [InlineData("https+http://bare", "Unspecified/h:9 127.0.0.1:10")]
    [InlineData("https://plain", "Unspecified/plain:0")]
    [InlineData("https+http://_other.plain", "Unspecified/plain:0")]
    [InlineData("https+http://unknown", "Unspecified/unknown:0")]
    [InlineData("http://unknown:81", "Unspecified/unknown:81")]
    [InlineData("http://127.0.0.1:81", "127.0.0.1:81")]
    public async Task An_address_becomes_these_end_points(string address, string expected)
    {
        await using var provider = Provider(new ConfigurationBuilder().AddInMemoryCollection(_services).Build());
        var source = await provider.GetRequiredService<ServiceEndpointResolver>().GetEndpointsAsync(address, default);
        Assert.Equal(expected, string.Join(' ', source.Endpoints.Select(endpoint => endpoint.EndPoint)));
    }

    [Theory]
    [InlineData("http://broken")]
    [InlineData("http://")]
    public async Task A_malformed_value_or_name_is_an_error_that_quotes_it(string address)
    {
        await using var provider = Provider(new ConfigurationBuilder().AddInMemoryCollection(_services).Build());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => provider.GetRequiredService<ServiceEndpointResolver>().GetEndpointsAsync(address, default).AsTask());
        Assert.Contains(address == "http://" ? "'http://'" : "Services:broken:http:0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_the_configuration_is_told_and_taken_over()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(_services).Build();
        await using var provider = Provider(configuration);
        var resolver = provider.GetRequiredService<ServiceEndpointResolver>();
        var before = await resolver.GetEndpointsAsync("http://plain", default);
        Assert.Same(before, await resolver.GetEndpointsAsync("http://plain", default));

        configuration["Services:plain:http:1"] = "http://h:44";
        configuration.Reload();

        Assert.True(before.ChangeToken.HasChanged);
        Assert.Equal(2, (await resolver.GetEndpointsAsync("http://plain", default)).Endpoints.Count);
    }

    private static ServiceProvider Provider(IConfiguration configuration) =>
        new ServiceCollection().AddSingleton(configuration).AddServiceDiscovery().BuildServiceProvider();
}
