using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults.Health;
using Shop.ServiceDefaults.Http;
using Shop.ServiceDefaults.Internal;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.OpenApi;
using Shop.ServiceDefaults.Problems;
using Shop.ServiceDefaults.Telemetry;

namespace Shop.ServiceDefaults;

/// <summary>What every service gets.</summary>
public static class Extensions
{
    /// <summary>Telemetry, health, discovery, resilience of HTTP clients, problem details, time, failpoints, JSON rules, OpenAPI.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<Failpoints>();
        builder.Services.TryAddSingleton<CallerKeys>();
        builder.AddQuietLogs();
        builder.AddTelemetry();
        builder.AddHttpDefaults();
        builder.AddProblems();
        builder.AddHealth();
        builder.AddOpenApiDocument();
        return builder;
    }

    /// <summary>The middleware that every service begins with: problems, readiness gate, authentication, authorization.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseProblems();
        app.UseReadinessGate();
        if (app.Services.GetService<Microsoft.AspNetCore.Authentication.IAuthenticationSchemeProvider>() is not null)
        {
            app.UseAuthenticationOfCredentials();
            app.UseAuthorization();
        }

        return app;
    }

    /// <summary><c>/alive</c>, <c>/health</c>, <c>/openapi/v1.json</c> in every environment.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealth();
        app.MapMessaging();
        app.MapOpenApi("/openapi/v1.json").AllowAnonymous();
        return app;
    }
}
