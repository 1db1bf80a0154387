using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A node of the resource graph.</summary>
public interface IResource
{
    /// <summary>The name that is unique in the graph, compared without case.</summary>
    string Name { get; }

    internal ResourceAnnotationCollection Annotations { get; }
}

/// <summary>Something that is known about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>A resource that takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that takes command-line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource whose start can wait for another one.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that clients reach through a connection string.</summary>
public interface IResourceWithConnectionString : IResource
{
    internal ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>Name of the variable that carries the connection string; null means <c>ConnectionStrings__name</c>.</summary>
    internal string? ConnectionStringEnvironmentVariable => null;

    /// <summary>The connection string, with the values that are known while the application runs.</summary>
    /// <param name="cancellationToken">Ends the wait for a value.</param>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);

    /// <summary>Single values such as Host and Port, injected as <c>NAME_HOST</c> and so on.</summary>
    internal IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];
}

/// <summary>A resource that lives inside another one and follows its state, such as a database of a server.</summary>
internal interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

internal interface IResourceWithParent<out T> : IResourceWithParent where T : IResource
{
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

/// <summary>Base of all resources.</summary>
public abstract class Resource : IResource
{
    private protected Resource(string name) => Name = ResourceNames.Validate(name);

    /// <inheritdoc />
    public string Name { get; }

    ResourceAnnotationCollection IResource.Annotations => Annotations;

    internal ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>A resource that runs as a container, or, where no container can run, as a server of the machine.</summary>
public class ContainerResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    internal ContainerResource(string name, string? entrypoint = null) : base(name) => Entrypoint = entrypoint;

    internal string? Entrypoint { get; set; }
}

/// <summary>A resource that runs any program.</summary>
public sealed class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    internal ExecutableResource(string name, string command, string workingDirectory) : base(name) =>
        (Command, WorkingDirectory) = (command, workingDirectory);

    internal string Command { get; }

    internal string WorkingDirectory { get; }
}

/// <summary>A .NET project of the solution.</summary>
public class ProjectResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    internal ProjectResource(string name) : base(name)
    {
    }
}

internal sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

internal enum ResourceAnnotationMutationBehavior
{
    Append = 0,
    Replace = 1,
}

internal static class ResourceNames
{
    /// <summary>Letters, digits and single hyphens, at most 64, first a letter: what DCP, DNS and azd all accept.</summary>
    internal static string Validate(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var valid = name.Length <= 64 && char.IsAsciiLetter(name[0]) && name[^1] != '-'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && !name.Contains("--", StringComparison.Ordinal);
        return valid ? name : throw new ArgumentException(
            $"Resource name '{name}' is invalid: use letters, digits and single hyphens, at most 64, first a letter.", nameof(name));
    }

    /// <summary>The form used in the names of environment variables.</summary>
    internal static string ToEnvironment(string name)
    {
        var text = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return char.IsAsciiDigit(text[0]) ? "_" + text : text;
    }
}
