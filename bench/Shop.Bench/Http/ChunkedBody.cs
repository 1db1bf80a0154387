using System.Buffers;

namespace Shop.Bench.Http;

/// <summary>Finds the end of a chunked body in pieces of any size. RFC 9112, section 7.1.</summary>
internal struct ChunkedBody
{
    private State _state;
    private long _size;
    private bool _anyDigit;
    private bool _lineIsEmpty;

    private enum State
    {
        Size, RestOfSizeLine, Data, EndOfData, Trailer, Done,
    }

    public readonly bool IsDone => _state == State.Done;

    /// <summary>Takes bytes until the body ends; answers how many it took.</summary>
    /// <param name="sink">Gets the data without the framing; may be null.</param>
    public int Take(ReadOnlySpan<byte> bytes, IBufferWriter<byte>? sink)
    {
        var position = 0;
        while (position < bytes.Length && !IsDone)
        {
            if (_state == State.Data)
            {
                var data = bytes.Slice(position, (int)Math.Min(_size, bytes.Length - position));
                sink?.Write(data);
                position += data.Length;
                _size -= data.Length;
                if (_size == 0) _state = State.EndOfData;
            }
            else
            {
                Take(bytes[position++]);
            }
        }
        return position;
    }

    private void Take(byte one)
    {
        switch (_state)
        {
            case State.Size when char.IsAsciiHexDigit((char)one):
                _size = checked((_size * 16) + Convert.ToInt32(((char)one).ToString(), 16));
                _anyDigit = true;
                break;
            case State.Size when !_anyDigit:
                throw new InvalidDataException("A chunk begins without its size.");
            case State.Size or State.RestOfSizeLine:
                _state = one == '\n' ? AfterSize() : State.RestOfSizeLine;
                break;
            case State.EndOfData when one == '\n':
                _state = State.Size;
                break;
            case State.Trailer when one == '\n':
                if (_lineIsEmpty) _state = State.Done;
                _lineIsEmpty = true;
                break;
            case State.Trailer when one != '\r':
                _lineIsEmpty = false;
                break;
        }
    }

    private State AfterSize()
    {
        _anyDigit = false;
        _lineIsEmpty = true;
        return _size > 0 ? State.Data : State.Trailer;
    }
}
