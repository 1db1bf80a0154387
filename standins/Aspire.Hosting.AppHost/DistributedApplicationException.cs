namespace Aspire.Hosting;

/// <summary>Something about the graph or its start is wrong; the message is meant for the user.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Creates the exception.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, in one line.</param>
    public DistributedApplicationException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, in one line.</param>
    /// <param name="inner">The cause.</param>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>Neither configuration nor a default gives the parameter a value.</summary>
internal sealed class MissingParameterValueException(string message) : DistributedApplicationException(message);
