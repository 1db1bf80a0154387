using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Shop.AppHost;

/// <summary>What the lines of the resource list mean.</summary>
internal static class ShopResources
{
    private const int Shards = 4;
    private const int FrontPort = 8080;

    /// <summary>Keys between services, the key of who operates them, and the first administrator's password.</summary>
    internal static Secrets AddSecrets(this IDistributedApplicationBuilder builder) => new(
        builder.AddSecret("catalog-key", 32), builder.AddSecret("orders-key", 32), builder.AddSecret("payments-key", 32),
        builder.AddSecret("web-key", 32), builder.AddSecret("operator-key", 32), builder.AddSecret("admin-password", 22));

    /// <summary>A service of the solution: one HTTP endpoint, ready when /health says so.</summary>
    internal static IResourceBuilder<ProjectResource> AddService<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddProject<TProject>(name).WithHttpEndpoint().WithHttpHealthCheck("/health").InEnvironmentOf(builder);

    /// <summary>The service that the outside sees, on SHOP_PORT.</summary>
    internal static IResourceBuilder<ProjectResource> AddFront<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        // In a deployment the platform chooses.
        int? port = builder.ExecutionContext.IsPublishMode ? null
            : builder.Configuration.GetValue<int?>("SHOP_PORT") ?? builder.Configuration.GetValue("Shop:Port", FrontPort);
        return builder.AddProject<TProject>(name).WithHttpEndpoint(port).WithExternalHttpEndpoints()
            .WithHttpHealthCheck("/health").InEnvironmentOf(builder);
    }

    /// <summary>The payment provider that payments are tried against. It is never deployed.</summary>
    internal static void AddSandbox<TProject>(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ProjectResource> payments)
        where TProject : IProjectMetadata, new()
    {
        // Without a key Payments takes no notification of a sandbox for true.
        if (builder.ExecutionContext.IsPublishMode) return;
        var signingKey = builder.AddSecret("sandbox-signing-key", 32);
        var sandbox = builder.AddService<TProject>(name).WithArgs("--sandbox").ExcludeFromManifest()
            .WithReference(payments).WithEnvironment("Sandbox__SigningKeys__0", signingKey);
        payments.WithReference(sandbox).WithEnvironment("Sandbox__SigningKeys__0", signingKey);
    }

    /// <summary>
    /// When memory is short, keys that expire go: those of caches, never a cart. The container's entry point is a shell, and the last
    /// argument the command that it runs.
    /// </summary>
    internal static IResourceBuilder<RedisResource> WithBoundedMemory(this IResourceBuilder<RedisResource> redis) =>
        redis.WithArgs(context => context.Args[^1] = $"{context.Args[^1]} --maxmemory 256mb --maxmemory-policy volatile-lru");

    /// <summary>The service connects to it and is started when it is ready.</summary>
    internal static IResourceBuilder<ProjectResource> Needs(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<IResourceWithConnectionString> server) =>
        service.WithReference(server).WaitFor(server);

    /// <summary>As many databases as there are shards.</summary>
    internal static IResourceBuilder<ProjectResource> NeedsShards(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<PostgresServerResource> server, string prefix)
    {
        for (var i = 0; i < Shards; i++)
            service.Needs(server.AddDatabase(prefix + i.ToString(CultureInfo.InvariantCulture)));
        return service.WithEnvironment("Orders__Shards", Shards.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The service finds the other one by its name. It does not wait for it.</summary>
    internal static IResourceBuilder<ProjectResource> Calls(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ProjectResource> other) => service.WithReference(other);

    /// <summary>The name and key with which the service calls internal endpoints of others.</summary>
    internal static IResourceBuilder<ProjectResource> As(
        this IResourceBuilder<ProjectResource> service, string name, IResourceBuilder<ParameterResource> key) =>
        service.WithEnvironment("Internal__Name", name).WithEnvironment("Internal__Key", key);

    /// <summary>A caller that the service's internal endpoints let in.</summary>
    internal static IResourceBuilder<ProjectResource> Accepts(
        this IResourceBuilder<ProjectResource> service, string caller, IResourceBuilder<ParameterResource> key) =>
        service.WithEnvironment($"Internal__Callers__{caller}", key);

    /// <summary>A fresh shop on a developer's machine has an assortment.</summary>
    internal static IResourceBuilder<ProjectResource> SeedsInDevelopment(this IResourceBuilder<ProjectResource> service) =>
        service.ApplicationBuilder.ExecutionContext.IsRunMode ? service.WithEnvironment("Catalog__Seed", "true") : service;

    /// <summary>
    /// With <c>Shop:Standby</c> there is a streaming standby of the local server, for reads that tolerate lag. The service does not
    /// wait for it, as it does without.
    /// </summary>
    internal static IResourceBuilder<ProjectResource> ReadsStandby(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<PostgresServerResource> primary,
        IResourceBuilder<IResourceWithConnectionString> database)
    {
        var builder = service.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode || !builder.Configuration.GetValue<bool>("Shop:Standby")) return service;
        var standby = builder.AddExecutable("postgres-standby", "bash", "../eng", "standby.sh")
            .WithEndpoint(scheme: "tcp", env: "STANDBY_PORT").WithReference(primary).WaitFor(primary).ExcludeFromManifest();
        var endpoint = standby.GetEndpoint("tcp");
        return service.WithEnvironment(async context =>
        {
            var primaryString = await database.Resource.GetConnectionStringAsync(context.CancellationToken);
            context.EnvironmentVariables[$"ConnectionStrings__{database.Resource.Name}-standby"] =
                string.Create(CultureInfo.InvariantCulture, $"{primaryString};Port={endpoint.Port}");
        });
    }

    internal static IResourceBuilder<ProjectResource> WithAdministrator(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ParameterResource> password) =>
        service.WithEnvironment("Admin__Password", password);

    /// <summary>Those who check access tokens read the issuer's public keys.</summary>
    internal static void GivesTokensTo(this IResourceBuilder<ProjectResource> issuer, params IResourceBuilder<ProjectResource>[] services)
    {
        foreach (var service in services) service.WithReference(issuer);
    }

    /// <summary>Made once, then kept.</summary>
    private static IResourceBuilder<ParameterResource> AddSecret(this IDistributedApplicationBuilder builder, string name, int length) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = length, Special = false }, secret: true, persist: true);

    /// <summary>Services run in the environment of the AppHost; where they are deployed, the platform says.</summary>
    private static IResourceBuilder<ProjectResource> InEnvironmentOf(
        this IResourceBuilder<ProjectResource> service, IDistributedApplicationBuilder builder) => builder.ExecutionContext.IsRunMode
        ? service.WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName) : service;
}

/// <summary>The secret parameters of Shop.</summary>
internal sealed record Secrets(
    IResourceBuilder<ParameterResource> Catalog, IResourceBuilder<ParameterResource> Orders, IResourceBuilder<ParameterResource> Payments,
    IResourceBuilder<ParameterResource> Web, IResourceBuilder<ParameterResource> Operator, IResourceBuilder<ParameterResource> AdminPassword);
