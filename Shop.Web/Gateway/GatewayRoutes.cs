using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;

namespace Shop.Web.Gateway;

/// <summary>Which public path goes to which service. Nothing under <c>/internal</c> is here, so nothing there is reachable.</summary>
public static class GatewayRoutes
{
    /// <summary>Longest silence of a service while it answers.</summary>
    private static readonly TimeSpan AnswerSilence = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence of an order's event stream.</summary>
    private static readonly TimeSpan StreamSilence = TimeSpan.FromMinutes(5);

    /// <summary>Largest picture that may be uploaded, in bytes; Catalog's own bound.</summary>
    public const long MaximumPicture = 2 * 1024 * 1024;

    /// <summary>Largest list of products that may be imported, in bytes; Catalog's own bound.</summary>
    public const long MaximumImport = 10 * 1024 * 1024;

    private const string Streams = "orders-streams";

    /// <summary>The services behind the gateway, by discovery name.</summary>
    public static readonly IReadOnlyList<string> Services = ["catalog", "orders", "payments"];

    public static IReadOnlyList<RouteConfig> Routes() =>
    [
        Route("products", "catalog", "/api/products/{**rest}"),
        Route("variants", "catalog", "/api/variants/{**rest}"),
        Route("reviews", "catalog", "/api/reviews/{**rest}"),
        Route("categories", "catalog", "/api/categories/{**rest}"),
        Route("brands", "catalog", "/api/brands/{**rest}"),
        Route("promotions", "catalog", "/api/promotions/{**rest}"),
        Route("coupons", "catalog", "/api/coupons/{**rest}"),
        Route("inventory", "catalog", "/api/inventory/{**rest}"),
        Route("subscriptions", "catalog", "/api/subscriptions"),
        Route("audit", "catalog", "/api/audit"),
        Route("pictures", "catalog", "/api/pictures/{**rest}"),
        Upload("picture-upload", "/api/products/{id}/pictures", MaximumPicture),
        Upload("import", "/api/products/import", MaximumImport),
        Route("cart", "orders", "/api/cart/{**rest}"),
        Route("orders", "orders", "/api/orders/{**rest}"),
        Route("order-events", Streams, "/api/orders/{id}/events"),
        Route("payments", "payments", "/api/payments/{**rest}"),
    ];

    /// <param name="configuration"><c>Gateway:LoadBalancing</c> names YARP's policy, for one service <c>Gateway:LoadBalancing:{service}</c>.</param>
    public static IReadOnlyList<ClusterConfig> Clusters(IConfiguration configuration) =>
    [
        .. Services.Select(service => Cluster(service, service, configuration, AnswerSilence)),
        Cluster(Streams, "orders", configuration, StreamSilence),
    ];

    // What administrators send to Catalog may be larger than what everybody may send.
    private static RouteConfig Upload(string id, string path, long maximumBody) => new()
    {
        RouteId = id, ClusterId = "catalog", Match = new() { Path = path, Methods = [HttpMethods.Post] }, MaxRequestBodySize = maximumBody,
    };

    private static RouteConfig Route(string id, string cluster, string path) =>
        new() { RouteId = id, ClusterId = cluster, Match = new() { Path = path } };

    private static ClusterConfig Cluster(string id, string service, IConfiguration configuration, TimeSpan silence) => new()
    {
        ClusterId = id,
        LoadBalancingPolicy = configuration[$"Gateway:LoadBalancing:{service}"] ?? configuration["Gateway:LoadBalancing"]
            ?? LoadBalancingPolicies.PowerOfTwoChoices,
        Destinations = new Dictionary<string, DestinationConfig> { [service] = new() { Address = $"https+http://{service}" } },
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = silence },
        HealthCheck = new()
        {
            AvailableDestinationsPolicy = "HealthyOrPanic",
            Passive = new() { Enabled = true, Policy = UnreachableHealthPolicy.PolicyName, ReactivationPeriod = TimeSpan.FromSeconds(2) },
        },
    };
}
