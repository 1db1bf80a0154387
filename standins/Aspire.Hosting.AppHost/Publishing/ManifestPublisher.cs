using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Publishing;

/// <summary>
/// <c>--publisher manifest --output-path FILE</c>: writes the manifest and nothing else. No server, orchestrator or
/// dashboard is started, and no parameter needs a value.
/// </summary>
internal sealed class ManifestPublisher(
    DistributedApplicationExecutionContext execution, IConfiguration configuration) : IManifestPublisher
{
    /// <summary>The name that <c>--publisher</c> must give.</summary>
    public const string Name = "manifest";

    private const string DefaultFileName = "aspire-manifest.json";

    // Expressions and connection strings are read by people too: no \u0027 for a quote.
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the file.</summary>
    /// <exception cref="DistributedApplicationException">No such publisher, no path, or a model that cannot be deployed.</exception>
    public async Task PublishAsync(IReadOnlyList<IResource> resources, CancellationToken cancellationToken)
    {
        var path = OutputFile();
        var directory = Path.GetDirectoryName(path)!;
        var manifest = await new ManifestWriter(resources, execution, directory).WriteAsync(cancellationToken);
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(path, Text(manifest), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
    }

    private static string Text(JsonNode manifest) => manifest.ToJsonString(s_json) + "\n";

    private string OutputFile()
    {
        if ((configuration["Publishing:Publisher"] ?? configuration["publisher"]) is { } publisher && !publisher.Equals(Name, StringComparison.OrdinalIgnoreCase))
            throw new DistributedApplicationException($"There is no publisher '{publisher}'; this one is known: {Name}.");
        var path = configuration["Publishing:OutputPath"] ?? configuration["output-path"];
        if (string.IsNullOrWhiteSpace(path))
            throw new DistributedApplicationException("The manifest needs a place: add --output-path FILE.");
        path = Path.GetFullPath(path);
        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? path : Path.Combine(path, DefaultFileName);
    }
}
