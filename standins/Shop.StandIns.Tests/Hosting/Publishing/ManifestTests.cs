using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.StandIns.Tests.Hosting.Publishing;

/// <summary>A small graph with everything in it that a deployment must know, written by <c>--publisher manifest</c>.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("shop-manifest-");

    private string Output => Path.Combine(_root.FullName, "out", "manifest.json");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task The_manifest_says_what_a_deployment_needs()
    {
        var builder = Builder();
        var password = builder.AddParameter("pg-password", new GenerateParameterDefault { MinLength = 22 }, secret: true);
        var postgres = builder.AddResource(new Server("pg", password.Resource)).WithImage("library/postgres", "17")
            .WithEndpoint(port: 15432, targetPort: 5432, scheme: "tcp", name: "tcp")
            .WithVolume("shop-pg-data", "/var/lib/postgresql/data")
            .WithEnvironment("POSTGRES_PASSWORD", password);
        var database = builder.AddResource(new Database("catalogdb", postgres.Resource));
        var catalog = AddProject(builder, "catalog").WithReference(database).WithReplicas(2).WaitFor(postgres);
        AddProject(builder, "web").WithReference(catalog).WithExternalHttpEndpoints().WithEnvironment("Literal", "{x}");

        AssertSame("""
            {"$schema": "https://json.schemastore.org/aspire-8.0.json", "resources": {
              "pg-password": {"type": "parameter.v0", "value": "{pg-password.inputs.value}",
                "inputs": {"value": {"type": "string", "secret": true, "default": {"generate": {"minLength": 22}}}}},
              "pg": {"type": "container.v0",
                "connectionString": "Host={pg.bindings.tcp.host};Port={pg.bindings.tcp.port};Password={pg-password.value}",
                "image": "docker.io/library/postgres:17",
                "volumes": [{"name": "shop-pg-data", "target": "/var/lib/postgresql/data", "readOnly": false}],
                "env": {"POSTGRES_PASSWORD": "{pg-password.value}"},
                "bindings": {"tcp": {"scheme": "tcp", "protocol": "tcp", "transport": "tcp", "targetPort": 5432}}},
              "catalogdb": {"type": "value.v0", "connectionString": "{pg.connectionString};Database=catalogdb"},
              "catalog": {"type": "project.v0", "path": "../catalog/catalog.csproj",
                "env": {"OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY": "in_memory", "ASPNETCORE_FORWARDEDHEADERS_ENABLED": "true",
                  "HTTP_PORTS": "{catalog.bindings.http.targetPort}", "ConnectionStrings__catalogdb": "{catalogdb.connectionString}"},
                "bindings": {"http": {"scheme": "http", "protocol": "tcp", "transport": "http"},
                  "https": {"scheme": "https", "protocol": "tcp", "transport": "http"}}},
              "web": {"type": "project.v0", "path": "../web/web.csproj",
                "env": {"OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY": "in_memory", "ASPNETCORE_FORWARDEDHEADERS_ENABLED": "true",
                  "HTTP_PORTS": "{web.bindings.http.targetPort}",
                  "services__catalog__http__0": "{catalog.bindings.http.url}", "services__catalog__https__0": "{catalog.bindings.https.url}",
                  "CATALOG_HTTP": "{catalog.bindings.http.url}", "CATALOG_HTTPS": "{catalog.bindings.https.url}",
                  "Literal": "{{x}}"},
                "bindings": {"http": {"scheme": "http", "protocol": "tcp", "transport": "http", "external": true},
                  "https": {"scheme": "https", "protocol": "tcp", "transport": "http", "external": true}}}
            }}
            """, await PublishAsync(builder));
    }

    [Fact]
    public async Task A_password_inside_a_uri_gets_an_escaped_twin_and_comes_along_unasked()
    {
        var builder = Builder();
        var password = new ParameterResource("mq-password", _ => throw new InvalidOperationException("not in publish mode"), secret: true)
        {
            Default = new GenerateParameterDefault { MinLength = 22, Special = false },
        };
        builder.AddResource(new Broker("mq", password)).WithImage("library/rabbitmq", "4.1")
            .WithEndpoint(targetPort: 5672, scheme: "tcp", name: "tcp");

        var resources = (await PublishAsync(builder))["resources"]!;

        Assert.Equal(
            "amqp://guest:{mq-password-uri-encoded.value}@{mq.bindings.tcp.host}:{mq.bindings.tcp.port}",
            (string?)resources["mq"]!["connectionString"]);
        AssertSame("""{"type": "annotated.string", "value": "{mq-password.value}", "filter": "uri"}""", resources["mq-password-uri-encoded"]!);
        AssertSame("""
            {"type": "parameter.v0", "value": "{mq-password.inputs.value}",
             "inputs": {"value": {"type": "string", "secret": true, "default": {"generate": {"minLength": 22, "special": false}}}}}
            """, resources["mq-password"]!);
    }

    [Fact]
    public async Task What_is_excluded_is_left_out()
    {
        var builder = Builder();
        AddProject(builder, "sandbox").ExcludeFromManifest();
        AddProject(builder, "web");
        Assert.Equal(["web"], (await PublishAsync(builder))["resources"]!.AsObject().Select(resource => resource.Key));
    }

    [Fact]
    public async Task Nobody_may_refer_to_what_is_excluded()
    {
        var builder = Builder();
        var sandbox = AddProject(builder, "sandbox").ExcludeFromManifest();
        AddProject(builder, "payments").WithReference(sandbox);
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => WriteAsync(builder));
        Assert.Equal("'payments' refers to 'sandbox', which is not in the manifest.", refused.Message);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task A_program_cannot_be_deployed_and_the_message_says_what_to_do()
    {
        var builder = Builder();
        builder.AddExecutable("tool", "sleep", "/");
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => WriteAsync(builder));
        Assert.Contains("'tool'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ExcludeFromManifest", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--operation", "publish")]
    [InlineData("--publisher", "manifest")]
    public async Task Without_a_place_to_write_to_it_says_so(string name, string value)
    {
        var builder = DistributedApplication.CreateBuilder([name, value]);
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => WriteAsync(builder));
        Assert.Contains("--output-path", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_publisher_is_refused()
    {
        var builder = DistributedApplication.CreateBuilder(["--publisher", "kubernetes", "--output-path", Output]);
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => WriteAsync(builder));
        Assert.Contains("'kubernetes'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_gets_the_usual_file_name()
    {
        await WriteAsync(DistributedApplication.CreateBuilder(["--operation", "Publish", "--output-path", _root.FullName]));
        Assert.True(File.Exists(Path.Combine(_root.FullName, "aspire-manifest.json")));
    }

    private IDistributedApplicationBuilder Builder() =>
        DistributedApplication.CreateBuilder(["--publisher", "manifest", "--output-path", Output]);

    private async Task<JsonNode> PublishAsync(IDistributedApplicationBuilder builder)
    {
        await builder.Build().RunAsync();
        return JsonNode.Parse(await File.ReadAllTextAsync(Output))!;
    }

    /// <summary>As <see cref="DistributedApplication.RunAsync"/>, but an error is not turned into an exit code.</summary>
    private static async Task WriteAsync(IDistributedApplicationBuilder builder)
    {
        await using var application = builder.Build();
        await application.Services.GetRequiredService<IManifestPublisher>().PublishAsync([.. builder.Resources], CancellationToken.None);
    }

    private IResourceBuilder<ProjectResource> AddProject(IDistributedApplicationBuilder builder, string name)
    {
        var settings = Path.Combine(_root.FullName, name, "Properties", "launchSettings.json");
        Directory.CreateDirectory(Path.GetDirectoryName(settings)!);
        File.WriteAllText(settings, """
            {"profiles": {"http": {"commandName": "Project", "applicationUrl": "http://localhost:5000",
              "environmentVariables": {"ASPNETCORE_ENVIRONMENT": "Development"}}}}
            """);
        return builder.AddProject(name, Path.Combine(_root.FullName, name, $"{name}.csproj"));
    }

    private static void AssertSame(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Not what was expected:\n{actual}");

    private sealed class Server(string name, ParameterResource password) : ContainerResource(name), IResourceWithConnectionString
    {
        ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression => ReferenceExpression.Create(
            $"Host={Tcp(this, EndpointProperty.Host)};Port={Tcp(this, EndpointProperty.Port)};Password={password}");
    }

    private sealed class Database(string name, Server server) : Resource(name), IResourceWithConnectionString
    {
        ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression =>
            ReferenceExpression.Create($"{new ConnectionStringReference(server, optional: false)};Database={Name}");
    }

    private sealed class Broker(string name, ParameterResource password) : ContainerResource(name), IResourceWithConnectionString
    {
        ReferenceExpression IResourceWithConnectionString.ConnectionStringExpression => ReferenceExpression.Create(
            $"amqp://guest:{password:uri}@{Tcp(this, EndpointProperty.Host)}:{Tcp(this, EndpointProperty.Port)}");
    }

    private static EndpointReferenceExpression Tcp(IResourceWithEndpoints resource, EndpointProperty property) =>
        new EndpointReference(resource, "tcp").Property(property);
}
