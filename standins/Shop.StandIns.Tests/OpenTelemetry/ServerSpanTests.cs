using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Shop.StandIns.Tests.Support;

namespace Shop.StandIns.Tests.Telemetry;

public sealed class ServerSpanTests
{
    [Fact]
    public async Task A_request_is_a_span_named_by_its_route_under_the_span_of_its_client()
    {
        await using var site = await Site.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Address, "/api/products/7?q=secret&flag"));
        request.Headers.UserAgent.ParseAdd("browser/1");
        var span = await site.SendAsync(request);

        Assert.Equal("GET /api/products/{id}", span.DisplayName);
        Assert.Equal(ActivityKind.Server, span.Kind);
        AssertTags(
            span,
            ("http.request.method", "GET"), ("url.scheme", "http"), ("url.path", "/api/products/7"), ("url.query", "q=Redacted&flag"),
            ("server.address", "127.0.0.1"), ("server.port", site.Address.Port), ("network.protocol.version", "1.1"),
            ("user_agent.original", "browser/1"), ("http.response.status_code", 200), ("http.route", "/api/products/{id}"));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);

        await Eventually.TrueAsync(() => site.Telemetry.Spans.Any(other => other.SpanId == span.ParentSpanId));
        var client = site.Telemetry.Spans.Single(other => other.SpanId == span.ParentSpanId);
        Assert.Equal(("System.Net.Http", ActivityKind.Client, span.TraceId), (client.Source.Name, client.Kind, client.TraceId));
    }

    [Theory]
    [InlineData("/throws", "GET /throws", 500, "System.InvalidOperationException", "went wrong")]
    [InlineData("/busy", "GET /busy", 503, "503", null)]
    [InlineData("/nowhere", "GET", 404, null, null)]
    public async Task Only_a_server_error_is_an_error(string path, string name, int status, string? errorType, string? message)
    {
        await using var site = await Site.StartAsync();
        await AssertError(site, path, name, status, errorType, message);
    }

    [Fact]
    public async Task An_exception_that_a_handler_answered_keeps_route_and_type()
    {
        await using var site = await Site.StartAsync(
            application => application.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry"))));
        await AssertError(site, "/throws", "GET /throws", 500, "System.InvalidOperationException", "went wrong");
    }

    [Fact]
    public async Task A_method_of_nobodys_is_other()
    {
        await using var site = await Site.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod("BREW"), new Uri(site.Address, "/busy"));
        var span = await site.SendAsync(request);
        AssertTags(span, ("http.request.method", "_OTHER"), ("http.request.method_original", "BREW"), ("http.response.status_code", 405));
    }

    [Fact]
    public async Task A_filtered_request_is_no_span_and_a_filter_that_throws_drops_only_its_request()
    {
        await using var site = await Site.StartAsync();
        using var client = new HttpClient { BaseAddress = site.Address };
        await client.GetAsync(new Uri("/health", UriKind.Relative));
        await client.GetAsync(new Uri("/bad-filter", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Address, "/api/products/1"));
        await site.SendAsync(request);

        var paths = site.ServerSpans.Select(span => span.GetTagItem("url.path"));
        Assert.Equal(["/api/products/1"], paths);
    }

    [Fact]
    public async Task Requests_connections_and_the_runtime_are_measured()
    {
        await using var site = await Site.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Address, "/api/products/1"));
        await site.SendAsync(request);
        GC.Collect();

        var metrics = site.Telemetry.CollectMetrics(site.Services).Select(metric => metric.Name).ToHashSet();
        Assert.Superset(
            new HashSet<string> { "http.server.request.duration", "http.client.request.duration", "kestrel.active_connections", "dotnet.gc.collections" },
            metrics);
    }

    private static async Task AssertError(Site site, string path, string name, int status, string? errorType, string? message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Address, path));
        var span = await site.SendAsync(request);
        Assert.Equal(name, span.DisplayName);
        AssertTags(span, ("http.response.status_code", status), ("error.type", errorType));
        Assert.Equal(errorType is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, span.Status);
        Assert.Equal(message, span.StatusDescription);
    }

    private static void AssertTags(Activity span, params (string Name, object? Value)[] tags) =>
        Assert.All(tags, tag => Assert.Equal((tag.Name, tag.Value), (tag.Name, span.GetTagItem(tag.Name))));

    /// <summary>A site with the instrumentation that the service defaults use.</summary>
    private sealed class Site(WebServer web, CollectedTelemetry telemetry) : IAsyncDisposable
    {
        public Uri Address => web.Address;

        public IServiceProvider Services => web.Services;

        public CollectedTelemetry Telemetry => telemetry;

        /// <summary>Other tests of this process serve too; their port tells them apart.</summary>
        public IEnumerable<Activity> ServerSpans => telemetry.Spans.Where(
            span => span.Source.Name == "Microsoft.AspNetCore" && Equals(span.GetTagItem("server.port"), Address.Port));

        public static async Task<Site> StartAsync(Action<WebApplication>? use = null)
        {
            var telemetry = new CollectedTelemetry();
            var web = await WebServer.StartAsync(builder => AddTelemetry(builder.Services, telemetry), application =>
            {
                use?.Invoke(application);
                application.MapGet("/api/products/{id}", (string id) => id);
                application.MapGet("/throws", string () => throw new InvalidOperationException("went wrong"));
                application.MapGet("/busy", () => Results.StatusCode(503));
                application.MapGet("/health", () => "fine");
                application.MapGet("/bad-filter", () => "fine");
            });
            return new Site(web, telemetry);
        }

        /// <returns>The server span, which ends a moment after the client has its answer.</returns>
        public async Task<Activity> SendAsync(HttpRequestMessage request)
        {
            var before = ServerSpans.Count();
            using var client = new HttpClient();
            await client.SendAsync(request);
            await Eventually.TrueAsync(() => ServerSpans.Count() > before);
            return ServerSpans.Last();
        }

        public ValueTask DisposeAsync() => web.DisposeAsync();

        private static void AddTelemetry(IServiceCollection services, CollectedTelemetry telemetry)
        {
            services.AddOpenTelemetry()
                .WithTracing(tracing => tracing
                    .AddAspNetCoreInstrumentation(options => options.Filter = Traced)
                    .AddHttpClientInstrumentation())
                .WithMetrics(metrics => metrics
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation());
            telemetry.AddTo(services);
        }

        private static bool Traced(HttpContext context) => context.Request.Path.Value switch
        {
            "/health" => false,
            "/bad-filter" => throw new InvalidOperationException("a mistake in the filter"),
            _ => true,
        };
    }
}
