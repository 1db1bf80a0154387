using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.Discovery;

public sealed class HttpClientTests
{
    [Fact]
    public async Task Requests_go_to_the_replicas_in_turn_under_one_name()
    {
        await using var one = await Replica("one");
        await using var two = await Replica("two");
        await using var provider = Provider(("services__hello__http__0", one.Address), ("services__hello__http__1", two.Address));
        var client = Client(provider);

        var answers = new List<string>();
        for (var request = 0; request < 4; request++)
            answers.Add(await client.GetStringAsync(new Uri("https+http://hello/path?q=1")));
        Assert.Equal(["one /path?q=1", "two /path?q=1", "one /path?q=1", "two /path?q=1"], answers);
    }

    [Fact]
    public async Task A_base_address_and_a_path_of_the_end_point_are_kept()
    {
        await using var one = await Replica("one");
        await using var provider = Provider(("services__hello__http__0", new Uri(one.Address, "/base/")));
        var client = Client(provider);
        client.BaseAddress = new Uri("https+http://hello");

        Assert.Equal("one /base/path", await client.GetStringAsync(new Uri("/path", UriKind.Relative)));
    }

    [Fact]
    public async Task The_request_has_its_own_address_again_afterwards()
    {
        await using var one = await Replica("one");
        await using var provider = Provider(("services__hello__http__0", one.Address));
        using var request = new HttpRequestMessage(HttpMethod.Get, "https+http://hello/path");
        await Client(provider).SendAsync(request);
        Assert.Equal("https+http://hello/path", request.RequestUri!.ToString());
    }

    [Fact]
    public async Task An_address_that_is_no_service_is_used_as_it_is()
    {
        await using var one = await Replica("one");
        await using var provider = Provider();
        Assert.Equal("one /path", await Client(provider).GetStringAsync(new Uri(one.Address, "/path")));
    }

    [Fact]
    public async Task A_retry_goes_to_the_next_replica()
    {
        await using var alive = await Replica("alive");
        var dead = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        await using var provider = Provider(("services__hello__http__0", dead), ("services__hello__http__1", alive.Address));
        Assert.Equal("alive /", await Client(provider).GetStringAsync(new Uri("https+http://hello/")));
    }

    private static Task<WebServer> Replica(string name) =>
        WebServer.StartAsync(context => context.Response.WriteAsync($"{name} {context.Request.Path}{context.Request.QueryString}"));

    /// <summary>Configured as the service defaults do it, from the environment's form of the keys.</summary>
    private static ServiceProvider Provider(params (string Key, Uri Address)[] environment)
    {
        var values = environment.ToDictionary(
            pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), string? (pair) => pair.Address.ToString());
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        services.AddSingleton<TimeProvider>(new QuickTime(within: TimeSpan.FromSeconds(9.9)));
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        return services.BuildServiceProvider();
    }

    private static HttpClient Client(ServiceProvider provider) =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient("hello");
}
