using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Finds what was added before.</summary>
public static class DistributedApplicationBuilderExtensions
{
    /// <summary>A builder for a resource of the graph, so that it can be changed further.</summary>
    /// <typeparam name="T">Type of the resource.</typeparam>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource, without regard to case.</param>
    /// <exception cref="InvalidOperationException">There is no such resource, or it is of another type.</exception>
    public static IResourceBuilder<T> CreateResourceBuilder<T>(this IDistributedApplicationBuilder builder, string name) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        var resource = builder.Resources.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));
        return resource is T found ? builder.CreateResourceBuilder(found)
            : throw new InvalidOperationException(resource is null
                ? $"There is no resource named '{name}'."
                : $"The resource '{name}' is a {resource.GetType().Name}, not a {typeof(T).Name}.");
    }
}
