using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Problems;

namespace Shop.ServiceDefaults.Health;

internal static class HealthExtensions
{
    public const string AlivePath = "/alive";
    public const string ReadyPath = "/health";

    public static void AddHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Shutdown>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Shutdown>());
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Shutdown.DrainTime);
        builder.Services.AddHealthChecks().AddCheck<Shutdown>("shutdown");
    }

    /// <summary>Until the databases are migrated nothing but health is answered: a 503 that says so beats an SQL error.</summary>
    public static void UseReadinessGate(this WebApplication app)
    {
        if (app.Services.GetService<ServiceDatabases>() is not { } databases)
            return;
        app.Use((context, next) => databases.IsReady || IsHealth(context.Request.Path)
            ? next(context)
            : throw Problem.Unavailable("The service is starting."));
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks(ReadyPath, new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    public static bool IsHealth(PathString path) => path == AlivePath || path == ReadyPath;

    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteString("status", entry.Status.ToString());
            if (entry.Description is not null)
                json.WriteString("description", entry.Description);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
