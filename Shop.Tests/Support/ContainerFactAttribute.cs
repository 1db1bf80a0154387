namespace Shop.Tests.Support;

/// <summary>A test that needs a container engine with the images of the graph. Elsewhere it is skipped, and says what it needs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ContainerFactAttribute : FactAttribute
{
    public ContainerFactAttribute() => Skip = Task.Run(ContainerEngine.WhatIsMissingAsync).GetAwaiter().GetResult();
}
