using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers.</summary>
public static class RedisBuilderExtensions
{
    private static readonly RedisSnapshots s_defaultSnapshots = new(TimeSpan.FromSeconds(60), 1);

    /// <summary>Adds a Redis server: the container <c>redis</c>, or the machine's own redis-server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource, and of the connection string.</param>
    /// <param name="port">Port for callers; any when null.</param>
    /// <param name="password">Its password; generated when null, as parameter <c>name-password</c>.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var redis = new RedisResource(
            name,
            password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, _ => new RedisHealthCheck(redis), null, null));
        return builder.AddResource(redis)
            .WithImage("library/redis", "8.6")
            .WithEndpoint(port, targetPort: 6379, scheme: "redis", name: RedisResource.PrimaryEndpointName)
            .WithEnvironment(context => context.EnvironmentVariables["REDIS_PASSWORD"] = redis.PasswordParameter)
            .WithArgs(context =>
            {
                context.Args.Add("-c");
                // Without exec the shell stays process 1, which a signal to stop does not reach.
                context.Args.Add("exec redis-server --requirepass $REDIS_PASSWORD" + (redis.Snapshots is { } snapshots ? $" --save {snapshots}" : ""));
            })
            .WithAnnotation(LocalRedis.Annotation)
            .WithHealthCheck(key);
    }

    /// <summary>Keeps the data from run to run, with a snapshot every minute in which a key has changed.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">Name of the volume; one of this copy of the application when null.</param>
    /// <param name="isReadOnly">Whether the server may only read it.</param>
    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!isReadOnly) builder.Resource.Snapshots ??= s_defaultSnapshots;
        return builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), "/data", isReadOnly);
    }
}
