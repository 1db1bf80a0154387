using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>What only containers have: an image and mounts.</summary>
internal static class ContainerManifest
{
    public static string Image(ContainerResource container)
    {
        var image = container.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()
            ?? throw new DistributedApplicationException($"The container '{container.Name}' has no image.");
        return image.Reference;
    }

    public static void AddMounts(JsonObject json, ContainerResource container, Func<string, string> relative)
    {
        var mounts = container.Annotations.OfType<ContainerMountAnnotation>().ToLookup(mount => mount.Type);
        var binds = mounts[ContainerMountType.BindMount].Select(mount => (JsonNode)new JsonObject
        {
            ["source"] = relative(mount.Source!), ["target"] = mount.Target, ["readOnly"] = mount.IsReadOnly,
        }).ToArray();
        var volumes = mounts[ContainerMountType.Volume].Select(mount => (JsonNode)new JsonObject
        {
            ["name"] = mount.Source ?? $"{container.Name}-{mount.Target.Trim('/').Replace('/', '-')}",
            ["target"] = mount.Target,
            ["readOnly"] = mount.IsReadOnly,
        }).ToArray();
        if (binds.Length > 0)
            json["bindMounts"] = new JsonArray(binds);
        if (volumes.Length > 0)
            json["volumes"] = new JsonArray(volumes);
    }
}
