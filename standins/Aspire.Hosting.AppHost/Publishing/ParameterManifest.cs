using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>Parameters: asked for at deployment, or generated there once, or given as a default. Secrets never carry a value.</summary>
internal static class ParameterManifest
{
    public static JsonObject Write(ParameterResource parameter)
    {
        var input = new JsonObject { ["type"] = "string" };
        if (parameter.Secret)
            input["secret"] = true;
        if (Default(parameter) is { } value)
            input["default"] = value;
        return new JsonObject
        {
            ["type"] = "parameter.v0",
            ["value"] = $"{{{parameter.Name}.inputs.value}}",
            ["inputs"] = new JsonObject { ["value"] = input },
        };
    }

    private static JsonObject? Default(ParameterResource parameter) => parameter.Default switch
    {
        null => null,
        GenerateParameterDefault generate => new JsonObject { ["generate"] = Generate(generate) },
        _ => throw new DistributedApplicationException($"The default of parameter '{parameter.Name}' cannot be written to a manifest."),
    };

    // The tool that deploys uses every class of characters unless told otherwise.
    private static JsonObject Generate(GenerateParameterDefault generate)
    {
        var json = new JsonObject { ["minLength"] = generate.MinLength };
        foreach (var (name, allowed) in new[]
        {
            ("lower", generate.Lower), ("upper", generate.Upper), ("numeric", generate.Numeric), ("special", generate.Special),
        })
        {
            if (!allowed)
                json[name] = false;
        }
        return json;
    }
}
