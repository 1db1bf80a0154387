using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;
using Shop.ServiceDefaults;

namespace Shop.Tests.Service.ServiceDefaults;

public sealed class SamplingTests
{
    private const int Requests = 20_000;

    [Fact]
    public async Task A_service_traces_the_share_of_requests_that_it_is_told()
    {
        Assert.Equal(Requests, await TracedAsync([]));
        Assert.InRange(
            await TracedAsync(["--OTEL_TRACES_SAMPLER=parentbased_traceidratio", "--OTEL_TRACES_SAMPLER_ARG=0.01"]),
            Requests / 200, Requests / 50);
    }

    private static async Task<int> TracedAsync(string[] settings)
    {
        // A source that no other service of the test process listens to: what one listener records, all see recorded.
        using var source = new ActivitySource(Servers.UniqueName("sampling"));
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0", .. settings]);
        builder.AddServiceDefaults();
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(source.Name));
        await using var app = builder.Build();
        await app.StartAsync();
        var traced = 0;
        for (var i = 0; i < Requests; i++)
        {
            using var activity = source.StartActivity("request", ActivityKind.Server, default(ActivityContext));
            if (activity is { Recorded: true }) traced++;
        }
        return traced;
    }
}
