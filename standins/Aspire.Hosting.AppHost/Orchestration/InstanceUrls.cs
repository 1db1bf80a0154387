using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>The addresses of an instance as dashboard and tests see them.</summary>
internal static class InstanceUrls
{
    internal static IEnumerable<UrlSnapshot> Of(ResourceInstance instance, bool inactive) =>
        instance.Resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint =>
        {
            var display = instance.Resource.Annotations.OfType<EndpointUrlAnnotation>().LastOrDefault(u => u.EndpointName == endpoint.Name);
            return new UrlSnapshot(endpoint.Name, endpoint.UrlOf(instance.Index), IsInternal: false)
            {
                IsInactive = inactive,
                DisplayProperties = new(display?.DisplayText ?? "", display?.DisplayOrder ?? 0),
            };
        });
}
