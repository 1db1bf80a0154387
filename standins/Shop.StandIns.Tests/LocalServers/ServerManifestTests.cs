using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.Publishing;

namespace Shop.StandIns.Tests.LocalServers;

public sealed class ServerManifestTests
{
    [Fact]
    public async Task Postgres_and_its_database()
    {
        var builder = Builder();
        builder.AddPostgres("postgres").WithDataVolume("pg").WithArgs("-c", "max_connections=400").AddDatabase("catalogdb", "catalog");
        await AssertManifestAsync(builder, """
            {
              "postgres": {
                "type": "container.v0",
                "connectionString": "Host={postgres.bindings.tcp.host};Port={postgres.bindings.tcp.port};Username=postgres;Password={postgres-password.value}",
                "image": "docker.io/library/postgres:18.3",
                "args": [ "-c", "max_connections=400" ],
                "volumes": [ { "name": "pg", "target": "/var/lib/postgresql", "readOnly": false } ],
                "env": {
                  "POSTGRES_HOST_AUTH_METHOD": "scram-sha-256",
                  "POSTGRES_INITDB_ARGS": "--auth-host=scram-sha-256 --auth-local=scram-sha-256",
                  "POSTGRES_USER": "postgres",
                  "POSTGRES_PASSWORD": "{postgres-password.value}"
                },
                "bindings": { "tcp": { "scheme": "tcp", "protocol": "tcp", "transport": "tcp", "targetPort": 5432 } }
              },
              "catalogdb": { "type": "value.v0", "connectionString": "{postgres.connectionString};Database=catalog" },
              "postgres-password": {
                "type": "parameter.v0",
                "value": "{postgres-password.inputs.value}",
                "inputs": { "value": { "type": "string", "secret": true, "default": { "generate": { "minLength": 22 } } } }
              }
            }
            """);
    }

    [Fact]
    public async Task Redis()
    {
        var builder = Builder();
        builder.AddRedis("cache").WithDataVolume("data");
        await AssertManifestAsync(builder, """
            {
              "cache": {
                "type": "container.v0",
                "connectionString": "{cache.bindings.tcp.host}:{cache.bindings.tcp.port},password={cache-password.value}",
                "image": "docker.io/library/redis:8.6",
                "entrypoint": "/bin/sh",
                "args": [ "-c", "exec redis-server --requirepass $REDIS_PASSWORD --save 60 1" ],
                "volumes": [ { "name": "data", "target": "/data", "readOnly": false } ],
                "env": { "REDIS_PASSWORD": "{cache-password.value}" },
                "bindings": { "tcp": { "scheme": "tcp", "protocol": "tcp", "transport": "tcp", "targetPort": 6379 } }
              },
              "cache-password": {
                "type": "parameter.v0",
                "value": "{cache-password.inputs.value}",
                "inputs": { "value": { "type": "string", "secret": true, "default": { "generate": { "minLength": 22, "special": false } } } }
              }
            }
            """);
    }

    [Fact]
    public async Task RabbitMQ()
    {
        var builder = Builder();
        builder.AddRabbitMQ("messaging").WithDataVolume("data");
        await AssertManifestAsync(builder, """
            {
              "messaging": {
                "type": "container.v0",
                "connectionString": "amqp://guest:{messaging-password-uri-encoded.value}@{messaging.bindings.tcp.host}:{messaging.bindings.tcp.port}",
                "image": "docker.io/library/rabbitmq:4.3",
                "volumes": [ { "name": "data", "target": "/var/lib/rabbitmq", "readOnly": false } ],
                "env": {
                  "RABBITMQ_DEFAULT_USER": "guest",
                  "RABBITMQ_DEFAULT_PASS": "{messaging-password.value}",
                  "RABBITMQ_NODENAME": "messaging@localhost"
                },
                "bindings": { "tcp": { "scheme": "tcp", "protocol": "tcp", "transport": "tcp", "targetPort": 5672 } }
              },
              "messaging-password": {
                "type": "parameter.v0",
                "value": "{messaging-password.inputs.value}",
                "inputs": { "value": { "type": "string", "secret": true, "default": { "generate": { "minLength": 22, "special": false } } } }
              },
              "messaging-password-uri-encoded": { "type": "annotated.string", "value": "{messaging-password.value}", "filter": "uri" }
            }
            """);
    }

    private static IDistributedApplicationBuilder Builder() => LocalServerRun.CreateBuilder("--publisher", "manifest");

    private static async Task AssertManifestAsync(IDistributedApplicationBuilder builder, string expected)
    {
        var writer = new ManifestWriter([.. builder.Resources], builder.ExecutionContext, "/");
        var resources = (await writer.WriteAsync(CancellationToken.None))["resources"]!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), resources), resources.ToJsonString());
    }
}
