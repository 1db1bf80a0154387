using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shop.StandIns.Tests.Support;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;

namespace Shop.StandIns.Tests.Discovery;

public sealed class DestinationTests
{
    private static readonly RouteConfig[] Routes =
        [new() { RouteId = "all", ClusterId = "hello", Match = new RouteMatch { Path = "{**rest}" } }];

    private static readonly ClusterConfig[] Clusters =
    [
        new()
        {
            ClusterId = "hello",
            LoadBalancingPolicy = "RoundRobin",
            Destinations = new Dictionary<string, DestinationConfig>
            {
                ["hello"] = new() { Address = "https+http://hello/api", Health = "https+http://hello/health" },
            },
        },
    ];

    [Fact]
    public async Task A_proxy_sees_every_replica_and_one_that_comes_later()
    {
        await using var one = await Replica("one");
        await using var two = await Replica("two");
        await using var proxy = await Proxy(one.Address);
        using var client = new HttpClient { BaseAddress = proxy.Address };
        Assert.Equal("one /api/path", await client.GetStringAsync(new Uri("/path", UriKind.Relative)));

        var configuration = (IConfigurationRoot)proxy.Services.GetRequiredService<IConfiguration>();
        configuration["Services:hello:http:1"] = two.Address.ToString();
        configuration.Reload();
        await Eventually.TrueAsync(() => Destinations(proxy).Count == 2);

        Assert.Contains(new Uri(two.Address, "/api"), Destinations(proxy).Select(destination => new Uri(destination.Address)));
        Assert.Contains(new Uri(two.Address, "/health"), Destinations(proxy).Select(destination => new Uri(destination.Health!)));
        // The destinations that are known are not at once those that requests are balanced over.
        var answers = new HashSet<string>();
        await Eventually.TrueAsync(async () =>
        {
            answers.Add(await client.GetStringAsync(new Uri("/path", UriKind.Relative)));
            return answers.Count == 2;
        });
        Assert.Equal(["one /api/path", "two /api/path"], answers.Order(StringComparer.Ordinal));
    }

    private static List<DestinationConfig> Destinations(WebServer proxy) =>
        [.. proxy.Services.GetRequiredService<IProxyStateLookup>().GetClusters().Single().Destinations.Values.Select(state => state.Model.Config)];

    private static Task<WebServer> Replica(string name) =>
        WebServer.StartAsync(context => context.Response.WriteAsync($"{name} {context.Request.Path}"));

    private static Task<WebServer> Proxy(Uri replica) => WebServer.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection([new("Services:hello:http:0", replica.ToString())]);
            builder.Services.AddReverseProxy().LoadFromMemory(Routes, Clusters).AddServiceDiscoveryDestinationResolver();
        },
        application => application.MapReverseProxy());
}
